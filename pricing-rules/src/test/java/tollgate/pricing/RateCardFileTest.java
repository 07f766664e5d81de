package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RateCardFileTest {
    private static final String SOUND = """
            source: https://example.com/pricing
            seen: 2026-08-01
            models:
              - model: big
                aliases: [big-2026-01-01]
                limits: { context: 1000, max_output_tokens: 100, visible_output: true, typical_output: 10 }
                image_tokens: { low: 85, high: 1445 }
                usd_per_million: { input: 2.50, output: "10.00" }
                long_context:
                  - above_prompt_tokens: 500
                    usd_per_million: { input: 5.00, output: 15.00 }
            """;

    @Test
    void a_sound_file_is_read() {
        assertThat(RateCardFile.read("own.yaml", SOUND).cards())
                .containsExactly(RateCard.named("big")
                        .aliases(List.of("big-2026-01-01"))
                        .limits(new Limits(1000, 100, true, 10, 85, 1445))
                        .rates(Cards.perMillion("input=2.5 output=10"))
                        .longContext(List.of(new LongContext(500, Cards.perMillion("input=5 output=15"))))
                        .provenance(new Provenance("https://example.com/pricing", "2026-08-01"))
                        .build());
    }

    @Test
    void a_model_is_free_where_the_card_says_so() {
        String text = SOUND.replace("input: 2.50", "input: 0").replace("    limits:", "    free: true\n    limits:");
        assertThat(RateCardFile.read("own.yaml", text).cards().getFirst().rates())
                .isEqualTo(Cards.perMillion("input=0 output=10"));
    }

    @ParameterizedTest(name = "{1} becomes {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "8  | input: 2.50         | input: 2.5e-6                | input: '2.5e-6' (expected: digits with up to 18 decimals, without sign and exponent)",
                "8  | input: 2.50         | input: 0.00                  | input: 0.00 (expected: above 0, or 'free: true'",
                "11 | input: 5.00         | input: 0                     | input: 0 (expected: above 0, or 'free: true'",
                "8  | input: 2.50         | input: -2.50                 | input: '-2.50'",
                "8  | input: 2.50         | input: .nan                  | input: '.nan'",
                "8  | input: 2.50         | input: 0x10                  | input: '0x10'",
                "8  | input: 2.50         | input: 0.0000000000000000001 | input: '0.0000000000000000001'",
                "8  | input: 2.50         | input: 2000000000            | usd_per_million.input: 2000000000 (expected: 0..10000 with",
                "8  | input: 2.50         | input: { of: 1 }             | expected a plain value",
                "8  | input: 2.50         | input: ~ , input: 1          | given twice",
                "8  | input: 2.50         | inptu: 2.50                  | unknown field 'inptu' (expected: input)",
                "4  | input: 2.50,        |                              | no 'input'",
                "6  | low: 85             | low: 2000                    | image_tokens.low: 2000",
                "6  | context: 1000       | context: 99                  | max_output_tokens: 100 (expected: at most context, 99)",
                "6  | context: 1000       | context: 1e3                 | context: '1e3' (expected: a whole number)",
                "6  | visible_output: true| visible_output: yes          | visible_output: 'yes' (expected: true or false)",
                "6  | limits:             | limit:                       | unknown field 'limit' (expected: limits)",
                "5  | [big-2026-01-01]    | [big]                        | 'big' is a name of big already",
                "5  | [big-2026-01-01]    | big-2026-01-01               | aliases: expected a list",
                "10 | above_prompt_tokens: 500 | above_prompt_tokens: 0  | above_prompt_tokens: 0 (expected: above 0)",
                "2  | seen: 2026-08-01    | seen: yesterday              | seen: 'yesterday'",
                "4  | models:             | models: [                    | not YAML",
                "2  | source:             | - source:                    | not YAML",
            })
    void a_hostile_or_mistaken_file_is_refused_with_its_line(int line, String from, String to, String message) {
        String text = SOUND.replace(from, to == null ? "" : to);
        assertThat(text).isNotEqualTo(SOUND);
        assertThatThrownBy(() -> RateCardFile.read("own.yaml", text))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageStartingWith("own.yaml:" + line + ": ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                             | own.yaml: empty",
                "models                                         | own.yaml:1: expected fields by name",
                "'{}'                                           | own.yaml:1: no 'models'",
                "'{models: [{model: !!java.lang.Runtime x}]}'   | own.yaml:1: no 'source'",
                "'--- {}\n--- {}'                               | own.yaml",
                "'&a [*a]'                                      | own.yaml:1: expected fields by name",
                "'{models: 3}'                                  | own.yaml:1: models: expected a list",
            })
    void a_file_of_another_kind_is_refused(String text, String message) {
        assertThatThrownBy(() -> RateCardFile.read("own.yaml", text))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void own_files_win_over_built_in_cards_and_later_files_over_earlier_ones(@TempDir Path folder) throws Exception {
        Path first = Files.writeString(folder.resolve("first.yaml"), SOUND.replace("model: big", "model: gpt-4o"));
        Path later = Files.writeString(
                folder.resolve("later.yaml"),
                SOUND.replace("model: big", "model: gpt-4o").replace("2.50", "3"));
        RateBook book = RateBook.builtIn().with(first, later);
        for (String name : List.of("gpt-4o", "gpt-4o-2024-08-06", "big-2026-01-01")) {
            assertThat(book.names(Instant.EPOCH).get(name))
                    .isNotNull()
                    .satisfies(
                            rates -> assertThat(rates.card().rates()).isEqualTo(Cards.perMillion("input=3 output=10")));
        }
    }

    @Test
    void a_file_that_is_not_there_or_not_text_is_refused(@TempDir Path folder) throws Exception {
        Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertThatThrownBy(() -> RateBook.builtIn().with(binary))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageContaining("binary.yaml: expected UTF-8");
        assertThatThrownBy(() -> RateBook.builtIn().with(folder.resolve("none.yaml")))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageContaining("none.yaml: cannot be read");
    }
}
