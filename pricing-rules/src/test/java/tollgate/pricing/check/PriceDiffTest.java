package tollgate.pricing.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import tollgate.pricing.InvalidRateCard;

final class PriceDiffTest {
    private static final String BEFORE = """
            provider: example
            source: https://example.com/pricing
            seen: 2026-08-01
            models:
              - model: big-2
                aliases: [big-latest]
                usd_per_million: { input: "2.00", cached_input: "0.20", output: "8.00" }
                service_tiers: { batch: { multiply: "0.5" } }
              - model: old
                usd_per_million: { input: "1.00", output: "2.00" }
            """;

    @Test
    void a_file_does_not_differ_from_itself_nor_from_the_same_rates_written_otherwise() {
        assertThat(diff(BEFORE, BEFORE)).isEmpty();
        String otherwise = BEFORE.replace("usd_per_million: { input: \"1.00\"", "usd_per_thousand: { input: \"0.001\"")
                .replace("output: \"2.00\" }", "output: \"0.002\" }");
        assertThat(diff(BEFORE, otherwise)).isEmpty();
    }

    @Test
    void changes_are_named_with_both_figures_their_lines_and_by_how_much() {
        String after = BEFORE.replace("\"2.00\", cached_input: \"0.20\"", "\"2.50\", audio_input: \"4.00\"")
                .replace("multiply: \"0.5\"", "multiply: \"0.25\"")
                .replace("big-latest", "big-newest")
                .replace("model: old", "model: new");
        assertThat(diff(BEFORE, after))
                .extracting(change -> change.kind().label() + " " + change.model() + " " + change.what() + " "
                        + change.before() + " > " + change.after() + " " + change.lineBefore() + ">"
                        + change.lineAfter() + " " + change.percent())
                .containsExactly(
                        "changed example/big-2 names big-2, big-latest > big-2, big-newest 5>5 null",
                        "changed example/big-2 input 2.00 usd_per_million > 2.50 usd_per_million 7>7 25.0",
                        "removed example/big-2 cached_input 0.20 usd_per_million >  7>0 null",
                        "changed example/big-2 multiply (batch) times 0.5 > times 0.25 8>8 -50.0",
                        "added example/big-2 audio_input  > 4.00 usd_per_million 0>7 null",
                        "removed example/old model 2 rates >  9>0 null",
                        "added example/new model  > 2 rates 0>9 null");
    }

    @Test
    void periods_of_a_model_are_compared_each_with_its_own() {
        String dated = BEFORE.replace("  - model: old\n", "  - model: old\n    effective_from: 2026-09-01\n");
        assertThat(diff(dated, dated.replace("output: \"2.00\"", "output: \"3.00\"")))
                .singleElement()
                .satisfies(change -> {
                    assertThat(change.model()).isEqualTo("example/old from 2026-09-01T00:00:00Z");
                    assertThat(change.percent()).isEqualByComparingTo("50");
                });
    }

    @Test
    void a_text_that_is_no_rate_card_is_refused_by_its_name() {
        assertThatThrownBy(() -> diff(BEFORE, "models: 3"))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageStartingWith("after.yaml:1:");
    }

    private static List<Change> diff(String before, String after) {
        return PriceDiff.of("before.yaml", before, "after.yaml", after);
    }
}
