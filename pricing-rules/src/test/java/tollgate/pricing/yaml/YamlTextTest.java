package tollgate.pricing.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

final class YamlTextTest {
    private static final LoadSettings SETTINGS =
            LoadSettings.builder().setUseMarks(true).setCodePointLimit(4 << 20).build();

    static List<Arguments> hostile() {
        int many = 200_000;
        String aliases = "a: &a [x]\nb:\n" + "  - *a\n".repeat(60);
        return List.of(
                Arguments.of("open brackets", "a: 1\n" + "[".repeat(many), "f:2: ", ""),
                Arguments.of("brackets", "\n\n" + "[".repeat(many) + "]".repeat(many), "f:3: ", "nested too deeply"),
                Arguments.of("braces", "{a: ".repeat(many), "f:1: ", "nested too deeply"),
                Arguments.of("dashes", "- ".repeat(many), "f:1: ", "nested too deeply"),
                Arguments.of("levels", indented(70), "f:65: ", "nested too deeply (expected: at most 64 levels)"),
                Arguments.of("aliases", aliases, "f:53: ", "aliases"),
                Arguments.of(
                        "nothing printable", "a: 1\nb: \0", "f:2: ", "character U+0000 (expected: printable text)"),
                Arguments.of("two documents", "a: 1\n---\nb: 2\n", "f:2: ", "a second document (expected: one)"),
                Arguments.of("too long", "a: " + "x".repeat(5 << 20), "f", "limit"));
    }

    private static String indented(int levels) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < levels; i++) {
            text.repeat(' ', i).append("a:\n");
        }
        return text.toString();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void a_hostile_text_is_refused_with_its_line(String story, String text, String at, String problem) {
        UnreadableYaml refused = catchThrowableOfType(UnreadableYaml.class, () -> YamlText.compose(SETTINGS, text));
        assertThat(refused).as(story).isNotNull();
        assertThat(refused.at("f")).startsWith(at);
        assertThat(refused.problem()).contains(problem).doesNotContain("\n");
    }

    @Test
    void sixty_four_levels_are_read_and_a_byte_order_mark_is_no_part_of_the_text() throws UnreadableYaml {
        assertThat(YamlText.compose(SETTINGS, "\uFEFF" + "[".repeat(64) + "]".repeat(64)))
                .get()
                .isInstanceOf(SequenceNode.class);
        assertThat(YamlText.compose(SETTINGS, "\uFEFF")).isEmpty();
        assertThatThrownBy(() -> YamlText.compose(SETTINGS, "[".repeat(65) + "]".repeat(65)))
                .isInstanceOf(UnreadableYaml.class);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a Latin letter on the second line, 61 0a 62 e4 62,    2: byte 0xE4 (expected: UTF-8)",
        "half a letter at the end,          61 0a 0a c3,       3: byte 0xC3 (expected: UTF-8)",
        "a surrogate,                       ed a0 80,          1: byte 0xED (expected: UTF-8)",
        "a slash written too long,          61 c0 af,          1: byte 0xC0 (expected: UTF-8)",
        "UTF-16 of a little end,            ff fe 61 00,       1: UTF-16 (expected: UTF-8)",
        "UTF-16 of a big end,               fe ff 00 61,       1: UTF-16 (expected: UTF-8)",
    })
    void bytes_that_are_no_text_are_refused_by_the_line_of_the_first(String story, String hex, String complaint) {
        byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(hex);
        assertThatThrownBy(() -> Utf8Text.of(bytes))
                .isInstanceOfSatisfying(
                        UnreadableYaml.class,
                        refused ->
                                assertThat(refused.at("f") + refused.problem()).isEqualTo("f:" + complaint));
    }

    @Test
    void bytes_of_a_text_are_that_text() throws UnreadableYaml {
        String text = "\uFEFFa ä € 😀\r\n";
        assertThat(Utf8Text.of(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
        assertThat(Utf8Text.of(new byte[0])).isEmpty();
    }
}
