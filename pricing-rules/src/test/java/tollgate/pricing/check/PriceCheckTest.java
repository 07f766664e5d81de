package tollgate.pricing.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.pricing.RateCardFile;

final class PriceCheckTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-11-25");

    /** Lines 1 to 4; a model follows from line 5 on. */
    private static final String HEAD = """
            provider: example
            source: https://example.com/pricing
            seen: 2026-08-01
            models:
            """;

    private static final String GOOD = """
              - model: big-2
                usd_per_million: { input: "2.00", cached_input: "0.20", output: "8.00" }
            """;

    @Test
    void a_card_without_fault_has_no_finding() {
        assertThat(check(HEAD + GOOD)).isEmpty();
    }

    @Test
    void the_cards_that_come_with_tollgate_have_no_finding_together() throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        for (String provider : List.of(
                "openai", "anthropic", "google", "mistral", "deepseek", "groq", "xai", "cohere", "bedrock", "azure")) {
            try (InputStream stream =
                    Objects.requireNonNull(RateCardFile.class.getResourceAsStream(provider + ".yaml"))) {
                files.put(provider + ".yaml", new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        assertThat(PriceCheck.of(files, TODAY, PriceCheck.STALE_DAYS)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "output cheaper than input | input: \"8.00\", output: \"2.00\" | output is cheaper than input: 2.00 usd_per_million beside 8.00",
                "cached dearer than input  | input: \"2.00\", cached_input: \"20.00\", output: \"8.00\" | cached input is dearer than input",
                "cached sound dearer       | input: \"1.00\", audio_input: \"2.00\", cached_audio_input: \"3.00\", output: \"8.00\" | cached sound is dearer than sound",
                "sound cheaper than text   | input: \"2.00\", audio_input: \"1.00\", output: \"8.00\" | sound is cheaper than text",
                "a write of four times     | input: \"0.25\", cache_write_1h: \"6.00\", output: \"1.25\" | cache_write_1h is more than four times input, 6 to 0.25",
                "per thousand              | input: \"3200.00\", output: \"9710.00\" | input is 3200 for a million tokens (per thousand or per token, perhaps?)",
                "per token                 | input: \"0.0000025\", output: \"0.00001\" | input is 0.0000025 for a million tokens (the price of one token, perhaps?)",
            })
    void a_slip_is_found_on_its_line(String story, String rates, String message) {
        List<Finding> findings = check(HEAD + "  - model: big-2\n    usd_per_million: { " + rates + " }\n");
        assertThat(findings).isNotEmpty().allSatisfy(finding -> {
            assertThat(finding.kind()).isEqualTo(Finding.Kind.SUSPICIOUS);
            assertThat(finding.line()).isEqualTo(6);
            assertThat(finding.model()).isEqualTo("big-2");
        });
        assertThat(findings)
                .as(story)
                .anySatisfy(finding -> assertThat(finding.message()).contains(message));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a priority tier of fifty times | priority: { usd_per_million: { input: \"4.00\", cached_input: \"0.40\", output: \"400.00\" } } | output (priority) is ten times off its usual rate",
                "a batch dearer than none       | batch: { multiply: \"2\" } | multiply (batch) is dearer than its usual rate: times 2",
                "a flex rate dearer than none   | flex: { multiply: \"0.5\", usd_per_million: { output: \"9.00\" } } | output (flex) is dearer than its usual rate",
                "a priority below none          | priority: { multiply: \"0.5\" } | multiply (priority) is cheaper than its usual rate",
            })
    void a_tier_that_leads_the_wrong_way_is_found(String story, String tier, String message) {
        assertThat(check(HEAD + GOOD + "    service_tiers:\n      " + tier + "\n"))
                .as(story)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.line()).isEqualTo(8);
                    assertThat(finding.message()).contains(message);
                });
    }

    @Test
    void a_long_prompt_cheaper_than_a_short_one_is_found() {
        String level = """
                    long_context:
                      - above_prompt_tokens: 200000
                        usd_per_million: { input: "1.00", cached_input: "0.20", output: "8.00" }
                """;
        assertThat(check(HEAD + GOOD + level))
                .singleElement()
                .hasToString("cards.yaml:9: suspicious: big-2: input (above 200000) is cheaper than its usual rate: "
                        + "1.00 usd_per_million beside 2.00 usd_per_million");
    }

    @Test
    void a_rate_ten_times_off_its_siblings_is_found_and_one_nine_times_off_is_not() {
        String embeddings = """
                  - { model: embed-small-v3.0, service: embeddings, usd_per_million: { input: "0.10" } }
                  - { model: embed-small-v2.0, service: embeddings, usd_per_million: { input: "0.90" } }
                  - { model: embed-small-light-v3.0, service: embeddings, usd_per_million: { input: "100.00" } }
                  - { model: embed-large-v3.0, service: embeddings, usd_per_million: { input: "2.00" } }
                """;
        assertThat(check(HEAD + embeddings)).singleElement().satisfies(finding -> {
            assertThat(finding.line()).isEqualTo(7);
            assertThat(finding.message()).startsWith("input is ten times off embed-small-v3.0: 100.00");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-5.4-2026-03-05, gpt-5.4",
        "gpt-5.4, gpt-5.4",
        "gpt-5-mini, gpt-5-mini",
        "claude-opus-4-1-20250805, claude-opus-4",
        "embed-multilingual-light-v3.0, embed-multilingual",
        "mistral-large-latest, mistral-large"
    })
    void dates_and_words_are_no_part_of_a_family(String model, String family) {
        assertThat(Siblings.family(model)).isEqualTo(family);
    }

    @Test
    void what_a_tier_or_a_long_prompt_leaves_open_is_a_gap() {
        String open = """
                    long_context:
                      - above_prompt_tokens: 200000
                        usd_per_million: { input: "4.00", output: "12.00" }
                    service_tiers:
                      priority: { usd_per_million: { input: "4.00", output: "16.00" } }
                """;
        assertThat(check(HEAD + GOOD + open))
                .extracting(Finding::toString)
                .containsExactly(
                        "cards.yaml:9: gap: big-2: above 200000 has no rate of cached_input",
                        "cards.yaml:11: gap: big-2: priority has no rate of cached_input");
    }

    @Test
    void times_without_rates_are_gaps() {
        String periods = """
                  - model: big-2
                    effective_until: 2026-03-01
                    usd_per_million: { input: "2.00", output: "8.00" }
                  - model: big-2
                    effective_from: 2026-04-01
                    effective_until: 2026-09-01
                    usd_per_million: { input: "3.00", output: "9.00" }
                """;
        assertThat(check(HEAD + periods))
                .extracting(Finding::toString)
                .containsExactly(
                        "cards.yaml:5: gap: big-2: no rates from 2026-03-01T00:00:00Z until 2026-04-01T00:00:00Z",
                        "cards.yaml:8: gap: big-2: no rates since 2026-09-01T00:00:00Z");
    }

    @Test
    void a_name_that_two_files_claim_is_an_overlap_unless_their_times_are_apart() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("a.yaml", HEAD + GOOD);
        files.put("b.yaml", HEAD + """
                          - model: other
                            aliases: [big-2]
                            effective_from: 2026-05-01
                            usd_per_million: { input: "3.00", output: "9.00" }
                        """);
        assertThat(PriceCheck.of(files, TODAY, 180))
                .extracting(Finding::toString)
                .containsExactly(
                        "b.yaml:5: overlap: other: 'big-2' is a name of big-2 in a.yaml:5, too, which this card replaces");
        files.put("a.yaml", (HEAD + GOOD).replace("    usd", "    effective_until: 2026-05-01\n    usd"));
        assertThat(PriceCheck.of(files, LocalDate.parse("2026-04-30"), 180))
                .extracting(Finding::kind)
                .doesNotContain(Finding.Kind.OVERLAP);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-05-29, 0, ",
        "2026-05-28, 1, 'seen 2026-05-28, more than 180 days ago'",
        "2026-11-25, 0, ",
        "2026-11-26, 1, 'seen 2026-11-26, which is still to come'"
    })
    void figures_are_old_after_half_a_year(String seen, int findings, String message) {
        List<Finding> found = check((HEAD + GOOD).replace("2026-08-01", seen));
        assertThat(found).hasSize(findings).allSatisfy(finding -> {
            assertThat(finding.kind()).isEqualTo(Finding.Kind.STALE);
            assertThat(finding.line()).isEqualTo(3);
            assertThat(finding.message()).startsWith(message);
        });
    }

    @Test
    void a_file_that_cannot_be_used_is_one_finding_and_the_others_are_looked_over() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("bad.yaml", HEAD + GOOD.replace("\"2.00\"", "2e-06"));
        files.put("slip.yaml", HEAD + GOOD.replace("\"8.00\"", "\"0.80\""));
        assertThat(PriceCheck.of(files, TODAY, 180))
                .satisfiesExactly(
                        invalid -> {
                            assertThat(invalid.kind()).isEqualTo(Finding.Kind.INVALID);
                            assertThat(invalid.line()).isEqualTo(6);
                            assertThat(invalid.message()).contains("2e-06");
                        },
                        slip -> assertThat(slip.file()).isEqualTo("slip.yaml"));
    }

    @Test
    void a_free_answer_beside_a_priced_prompt_wants_a_note() {
        String free = GOOD.replace("output: \"8.00\" }", "output: \"0\" }\n    free: [output]");
        assertThat(check(HEAD + free))
                .singleElement()
                .satisfies(finding -> assertThat(finding.message()).startsWith("output is free"));
        assertThat(check(HEAD + free + "    note: a router, whose answers others bill\n"))
                .isEmpty();
    }

    private static List<Finding> check(String text) {
        return PriceCheck.of(Map.of("cards.yaml", text), TODAY, PriceCheck.STALE_DAYS);
    }
}
