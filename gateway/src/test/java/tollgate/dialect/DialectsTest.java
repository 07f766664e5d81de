package tollgate.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;

class DialectsTest {
    private static Dialect named(String name) {
        return (Dialect) Proxy.newProxyInstance(
                Dialect.class.getClassLoader(), new Class<?>[] {Dialect.class}, (proxy, method, arguments) -> name);
    }

    @Test
    void a_dialect_from_outside_is_asked_before_those_built_in_and_whoever_does_not_say_speaks_openais() {
        List<Dialect> all = Dialects.with(List.of(named("cohere")));
        assertThat(all.getFirst().name()).isEqualTo("cohere");
        assertThat(all.getLast().name()).isEqualTo("openai");
        assertThat(all).hasSize(Dialects.all().size() + 1);
    }

    @Test
    void a_name_that_is_taken_or_is_none_is_refused_with_the_class_at_fault() {
        for (String name : List.of("openai", "gemini", "", "Cohere", "a b", "x".repeat(33))) {
            assertThatThrownBy(() -> Dialects.with(List.of(named(name))))
                    .as(name)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(".name: '" + name + "' (expected: ");
        }
        assertThatThrownBy(() -> Dialects.with(List.of(named("twice"), named("twice"))))
                .hasMessageContaining("'twice'");
    }
}
