package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
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
                "8  | input: 2.50         | input: { of: 1 }             | input: fields (expected: a plain value)",
                "8  | input: 2.50         | input: ~ , input: 1          | given twice",
                "8  | input: 2.50         | inptu: 2.50                  | unknown field 'inptu' (expected: input)",
                "4  | input: 2.50,        |                              | no 'input'",
                "6  | low: 85             | low: 2000                    | image_tokens.low: 2000",
                "6  | context: 1000       | context: 99                  | max_output_tokens: 100 (expected: at most context, 99)",
                "6  | context: 1000       | context: 1e3                 | context: '1e3' (expected: a whole number)",
                "6  | visible_output: true| visible_output: yes          | visible_output: 'yes' (expected: true or false)",
                "6  | limits:             | limit:                       | unknown field 'limit' (expected: limits)",
                "8  | input: 2.50         | input: null                  | input: 'null' (expected: digits",
                "8  | input: 2.50         | input:                       | input: nothing (expected: a plain value)",
                "8  | input: 2.50         | input: .nan                  | input: '.nan' (expected: digits",
                "8  | input: 2.50         | input: -.inf                 | input: '-.inf' (expected: digits",
                "8  | input: 2.50         | input: 1e400                 | input: '1e400' (expected: digits",
                "8  | input: 2.50         | input: 1_000                 | input: '1_000' (expected: digits",
                "8  | input: 2.50         | input: ٢                     | input: '٢' (expected: digits",
                "8  | input: 2.50         | input: 10000000000           | input: '10000000000' (expected: below 10000000000)",
                "2  | seen: 2026-08-01    | seen: 2026-02-30             | seen: '2026-02-30' (expected: a day",
                "5  | [big-2026-01-01]    | [~a, '']                     | nothing (expected: a plain value)",
                "5  | [big-2026-01-01]    | [big-2026-01-01, ' ']        | nothing (expected: a plain value)",
                "5  | [big-2026-01-01]    | [\"a\\u001b[31m\"]           | aliases: 'a\\u001B[31m' (expected: at most 200 characters, all of them printable)",
                "5  | [big-2026-01-01]    | [\"a\\u202eb\"]              | aliases: 'a\\u202Eb' (expected: at most 200",
                "5  | [big-2026-01-01]    | [big]                        | 'big' is a name of big already",
                "5  | [big-2026-01-01]    | big-2026-01-01               | aliases: 'big-2026-01-01' (expected: a list)",
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
                "models                                         | own.yaml:1: 'models' (expected: fields by name: provider",
                "'{}'                                           | own.yaml:1: no 'models'",
                "'{models: [{model: !!java.lang.Runtime x}]}'   | own.yaml:1: no 'source'",
                "'--- {}\n--- {}'                               | own.yaml:2: not YAML: a second document (expected: one)",
                "'&a [*a]'                                      | own.yaml:1: a list (expected: fields by name",
                "'{models: [[]]}'                               | own.yaml:1: a list (expected: fields by name: model",
                "'{models: &m [*m]}'                            | own.yaml:1: a list (expected: fields by name: model",
                "'{models: []}'                                 | own.yaml:1: nothing is stated (expected: a model, a fee, a markup, a bundle or volume tiers)",
                "'{models: ~}'                                  | own.yaml:1: models: '~' (expected: a list)",
                "'{models: }'                                   | own.yaml:1: models: nothing (expected: a list)",
                "'{models: [], models: []}'                     | own.yaml:1: field 'models' is given twice",
                "'{<<: {models: []}}'                           | own.yaml:1: '<<' (expected: no merge keys",
                "'{models: 3}'                                  | own.yaml:1: models: '3' (expected: a list)",
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
                .hasMessageContaining("binary.yaml:1: UTF-16 (expected: UTF-8)");
        assertThatThrownBy(() -> RateBook.builtIn().with(folder.resolve("none.yaml")))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageContaining("none.yaml: cannot be read");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a class under two measures | usd_per_million: { input: '1', output: '1' }; usd_each: { input: '0.001' } | own.yaml:7: input has a rate of another measure already",
                "minutes of what is no time | usd_per_minute: { image: '1' } | usd_per_minute.image (expected: a class of seconds",
                "per token instead of per million | usd_per_million: { input: '2500000', output: '1' } | input: 2500000 (expected: 0..10000 with",
                "free and priced | usd_per_million: { input: '1', output: '1' }; free: [input] | free: input (expected: no rate of it, found 1 usd_per_million)",
                "a tier of nothing | usd_per_million: { input: '1', output: '1' }; service_tiers: { flex: {} } | flex: nothing (expected: multiply or rates)",
                "a factor of nothing | usd_per_million: { input: '1', output: '1' }; service_tiers: { flex: { multiply: '0' } } | multiply: 0 (expected: above 0, at most 100",
                "a factor by exponent | usd_per_million: { input: '1', output: '1' }; region_multipliers: { eu: '1e1' } | eu: '1e1' (expected: digits with up to 18 decimals",
                "thresholds that fall | usd_per_million: { input: '1', output: '1' }; long_context: [{ above_prompt_tokens: 5, usd_per_million: { input: '2' } }, { above_prompt_tokens: 5, usd_per_million: { input: '3' } }] | above_prompt_tokens: 5 (expected: above 5)",
                "a tier that only long prompts have | usd_per_million: { input: '1', output: '1' }; long_context: [{ above_prompt_tokens: 5, service_tiers: { flex: { usd_per_million: { input: '2' } } } }] | long_context.service_tiers.flex (expected: one of the model's service_tiers)",
                "a long context of pictures | usd_per_million: { input: '1', output: '1' }; long_context: [{ above_prompt_tokens: 5, usd_per_thousand: { image: '2' } }] | long_context.image (expected: a class of tokens)",
                "variants that contradict | usd_each: { image: '1' }; variants: [{ when: { size: a }, usd_each: { image: '2' } }, { when: { quality: b }, usd_each: { image: '3' } }] | variants: 'quality b' and 'size a'",
                "the same variant twice | usd_each: { image: '1' }; variants: [{ when: { size: a }, usd_each: { image: '2' } }, { when: { size: a }, usd_each: { image: '3' } }] | variants: 'size a' and 'size a'",
                "a variant of tokens | usd_per_million: { input: '1', output: '1' }; variants: [{ when: { size: a }, usd_per_million: { input: '2' } }] | variants.input (expected: a class that is not a token)",
                "a variant of no rate | usd_each: { image: '1' }; variants: [{ when: { size: a } }] | variants: no rate",
                "an unknown condition | usd_each: { image: '1' }; variants: [{ when: { siz: a }, usd_each: { image: '2' } }] | unknown field 'siz' (expected: size)",
                "marginal steps that fall | usd_each: { image: '1' }; graduated: [{ unit: image, above: 5, usd_each: '2' }, { unit: image, above: 5, usd_each: '3' }] | graduated.above: 5 (expected: above 5)",
                "a marginal step of nothing | usd_each: { image: '1' }; graduated: [{ unit: page, above: 5, usd_each: '2' }] | graduated.page (expected: a rate of the model for the units below)",
                "a marginal step without a rate | usd_each: { image: '1' }; graduated: [{ unit: image, above: 5 }] | graduated: 0 rates (expected: one of",
                "half a picture | usd_each: { image: '1' }; graduated: [{ unit: image, above: 0.5, usd_each: '2' }] | image: 0.5 (expected: >= 0 and below 2^63, in whole units)",
                "a discount of everything | usd_each: { image: '1' }; discount_percent: 100 | discount_percent: 100 (expected: 0 to below 100",
                "an absurd minimum | usd_each: { image: '1' }; minimum_usd: 1001 | minimum_usd: 1001 (expected: 0..1000",
                "a period that ends before it begins | usd_each: { image: '1' }; effective_from: 2026-02-01; effective_until: 2026-02-01 | effective_until: 2026-02-01T00:00:00Z (expected: after",
                "a day that is none | usd_each: { image: '1' }; effective_from: 2026-02-30 | effective_from: '2026-02-30' (expected: a day",
                "an hour that is none | usd_per_million: { input: '1', output: '1' }; off_peak: { from_utc: '25:00', until_utc: '01:00', multiply: '0.5' } | from_utc: '25:00' (expected: a time",
                "hours of nothing | usd_per_million: { input: '1', output: '1' }; off_peak: { from_utc: '01:00', until_utc: '01:00', multiply: '0.5' } | off_peak.until_utc: 01:00 (expected: another time",
                "an unknown kind of work | usd_each: { image: '1' }; service: chatt | service: 'chatt' (expected: chat, ",
                "no rate at all | aliases: [b] | m: no rate (expected: at least one)",
                "steps of nothing | usd_each: { image: '1' }; billed_in_steps_of: { image: 0 } | image: 0 (expected: above 0)",
                "a day seen that is none | usd_each: { image: '1' }; seen: 2026-13-01 | seen: '2026-13-01' (expected: a day",
            })
    void a_contradictory_or_absurd_model_is_refused_with_its_line(String story, String fields, String message) {
        String text = "source: s\nseen: 2026-08-01\nmodels:\n  - model: m\n    note: of a test\n    "
                + fields.replace("; ", "\n    ") + "\n";
        assertThatThrownBy(() -> RateCardFile.read("own.yaml", text))
                .as(story)
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageMatching("(?s)own\\.yaml:\\d+: .*")
                .hasMessageContaining(message);
    }

    @Test
    void a_byte_order_mark_and_windows_line_ends_change_nothing() {
        assertThat(RateCardFile.read("own.yaml", "\uFEFF" + SOUND.replace("\n", "\r\n")))
                .isEqualTo(RateCardFile.read("own.yaml", SOUND));
        assertThatThrownBy(() -> RateCardFile.read(
                        "own.yaml", SOUND.replace("\n", "\r\n").replace("2.50", "2.5e0")))
                .hasMessageStartingWith("own.yaml:8: input: '2.5e0'");
    }

    @Test
    void a_bomb_of_aliases_is_refused_at_once() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 40; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            bomb.append(("*a" + (i - 1) + ", ").repeat(8))
                    .append("*a")
                    .append(i - 1)
                    .append("]\n");
        }
        assertThatThrownBy(() -> RateCardFile.read("own.yaml", bomb.toString()))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageMatching("own\\.yaml:\\d+: not YAML: Number of aliases.*");
        assertThatThrownBy(() -> RateCardFile.read("own.yaml", SOUND + "x".repeat(4 * 1024 * 1024)))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageContaining("characters (expected: at most 4194304)");
    }

    @Test
    void brackets_without_end_are_refused_with_their_line() {
        for (String open : List.of("[", "{ a: ", "[ { a: ")) {
            assertThatThrownBy(() -> RateCardFile.read("own.yaml", SOUND + "    aliases: " + open.repeat(200_000)))
                    .as(open)
                    .isInstanceOf(InvalidRateCard.class)
                    .hasMessageMatching("own\\.yaml:\\d+: not YAML: nested too deeply .*");
        }
    }

    @Test
    void a_model_may_have_one_card_at_a_time() {
        String two = SOUND.replace("  - model: big", "  - model: big\n    effective_until: 2027-01-01")
                + SOUND.substring(SOUND.indexOf("  - model: big"))
                        .replace("  - model: big", "  - model: big\n    effective_from: 2027-01-01");
        assertThat(RateCardFile.read("own.yaml", two).cards()).hasSize(2);
        RateBook book = RateBook.of(
                RateCardFile.read("own.yaml", two.replace("effective_from: 2027-01-01", "effective_from: 2027-01-02"))
                        .cards());
        assertThat(book.resolve("big", Instant.parse("2027-01-01T00:00:00Z")))
                .isEqualTo(new Resolution.Unknown(null, "until 2027-01-01T00:00:00Z, from 2027-01-02T00:00:00Z"));
        assertThatThrownBy(() -> RateCardFile.read("own.yaml", two.replace("from: 2027-01-01", "from: 2026-12-31")))
                .hasMessageContaining("'big' is a name of big already");
    }

    @Test
    void defaults_and_providers_names_hold_for_every_model_of_a_file() {
        RateBook book = RateBook.of(RateCardFile.read("azure.yaml", """
                        provider: azure
                        scoped: true
                        source: s
                        seen: 2026-08-01
                        note: of a test
                        defaults: { region_multipliers: { eu: "1.1" }, service: chat }
                        models:
                          - { model: a, usd_per_million: { input: "1", output: "2" } }
                          - { model: b, usd_per_million: { input: "1", output: "2" }, region_multipliers: { eu: "1.2" }, scoped: false }
                        """).cards());
        assertThat(book.names(Instant.EPOCH)).containsOnlyKeys("azure/a", "b");
        assertThat(book.resolve("a", Instant.EPOCH)).isInstanceOf(Resolution.Unknown.class);
        ModelRates a = ((Resolution.Priced) book.resolve("azure", "a", Instant.EPOCH)).rates();
        assertThat(book.resolve("azure/a", Instant.EPOCH)).isEqualTo(new Resolution.Priced(a, false));
        assertThat(book.settling(a, "b", Instant.EPOCH).card().regions()).containsEntry("eu", new BigDecimal("1.2"));
        assertThat(a.card().regions()).containsEntry("eu", new BigDecimal("1.1"));
        assertThat(a.card().note()).isEqualTo("of a test");
        assertThat(book.resolve("other", "b", Instant.EPOCH)).isInstanceOf(Resolution.Priced.class);
    }
}
