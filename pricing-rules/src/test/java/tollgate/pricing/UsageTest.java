package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class UsageTest {
    @Test
    void reported_classes_are_written_in_class_order_and_a_reported_zero_is_written() {
        Usage usage = Usage.builder()
                .set(UnitClass.OUTPUT, 250)
                .set(UnitClass.CACHED_INPUT, 0)
                .set(UnitClass.INPUT, 1200)
                .build();
        assertThat(usage.text()).isEqualTo("input=1200, cached_input=0, output=250");
        assertThat(usage.asMap()).containsOnlyKeys(UnitClass.INPUT, UnitClass.CACHED_INPUT, UnitClass.OUTPUT);
        assertThat(usage.totalTokens()).isEqualTo(1450);
        assertThat(usage.inputTokens()).isEqualTo(1200);
        assertThat(usage.outputTokens()).isEqualTo(250);
    }

    @Test
    void nothing_reported_is_no_units_and_no_text() {
        assertThat(Usage.NONE.text()).isEmpty();
        assertThat(Usage.NONE.asMap()).isEmpty();
        assertThat(Usage.NONE.totalTokens()).isZero();
    }

    @Test
    void units_that_are_not_tokens_do_not_count_as_tokens() {
        Usage usage = Usage.builder()
                .set(UnitClass.INPUT, 5)
                .set(UnitClass.IMAGE, 3)
                .set(UnitClass.WEB_SEARCH, 2)
                .build();
        assertThat(usage.totalTokens()).isEqualTo(5);
    }

    @Test
    void a_builder_goes_on_without_changing_what_it_built() {
        Usage.Builder builder = Usage.builder().add(UnitClass.INPUT, 1);
        Usage first = builder.build();
        assertThat(builder.add(UnitClass.INPUT, 2).build().units(UnitClass.INPUT))
                .isEqualTo(3);
        assertThat(first.units(UnitClass.INPUT)).isEqualTo(1);
        assertThat(first)
                .isEqualTo(Usage.builder().set(UnitClass.INPUT, 1).build())
                .hasSameHashCodeAs(Usage.builder().set(UnitClass.INPUT, 1).build());
    }

    @Test
    void negative_counts_and_sums_past_a_long_are_refused() {
        assertThatThrownBy(() -> Usage.builder().set(UnitClass.INPUT, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("input: -1 (expected: >= 0)");
        assertThatThrownBy(() -> Usage.builder().add(UnitClass.INPUT, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        Usage.builder().set(UnitClass.INPUT, Long.MAX_VALUE).add(UnitClass.INPUT, 1))
                .isInstanceOf(ArithmeticException.class);
        Usage absurd = Usage.builder()
                .set(UnitClass.INPUT, Long.MAX_VALUE)
                .set(UnitClass.OUTPUT, 1)
                .build();
        assertThatThrownBy(absurd::totalTokens).isInstanceOf(ArithmeticException.class);
    }

    @ParameterizedTest
    @EnumSource
    void every_class_is_found_by_its_name_and_has_a_parent_of_its_own_side(UnitClass unit) {
        assertThat(UnitClass.of(unit.wireName())).isEqualTo(unit);
        UnitClass parent = unit.parent();
        if (parent != null) {
            assertThat(List.of(parent.isInputToken(), parent.isOutputToken()))
                    .containsExactly(unit.isInputToken(), unit.isOutputToken());
        }
    }

    @ParameterizedTest
    @CsvSource({"cache_write_1h, cache_write", "cache_write, input", "audio_input, input", "reasoning_output, output"})
    void an_unlisted_class_costs_what_its_parent_costs(String unit, String parent) {
        UnitClass found = UnitClass.of(unit);
        assertThat(found).isNotNull().extracting(UnitClass::parent).isEqualTo(UnitClass.of(parent));
        assertThat(UnitClass.of("tokens")).isNull();
    }
}
