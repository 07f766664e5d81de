package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EstimateTest {
    /** A dollar for a million tokens of prompt, two for one of the answer: 1000 of context, 400 of answer, 50 usually. */
    private final ModelRates rates = new ModelRates(RateCard.named("m")
            .limits(new Limits(1_000, 400, true, 50, 20, 100))
            .rates(Cards.perMillion("input=1 output=2"))
            .build());

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        // bytes, pictures, ceiling, choices: nano-dollars at least, usually, at most
        "a prompt and a ceiling,                 600, 0, 100, 1,  102000, 250000, 800000",
        "without a ceiling the model's,          600, 0,  -1, 1,  102000, 250000, 1400000",
        "a ceiling below the usual answer,       600, 0,  10, 1,  102000, 170000, 620000",
        "no answer at all,                       600, 0,   0, 1,  100000, 150000, 600000",
        "three answers,                          600, 0, 100, 3,  106000, 450000, 1200000",
        "a picture counts half usually,          600, 1, 100, 1,  102000, 300000, 900000",
        "a prompt beyond the context,         120000, 0, 100, 1, 1002000, 1100000, 1200000",
        "a begun token is a token,                 1, 0, 100, 1,    2000, 101000, 201000",
    })
    void a_request_comes_to(
            String story, long bytes, long pictures, long ceiling, long choices, long min, long expected, long max) {
        Estimate estimate = Estimate.of(
                new Estimate.Request(bytes, pictures, ceiling, choices, Usage.NONE),
                rates,
                Terms.STANDARD,
                Markup.NONE);
        assertThat(estimate).as(story).isEqualTo(new Estimate(new Usd(min), new Usd(expected), new Usd(max)));
    }

    @Test
    void what_is_asked_for_outright_is_in_every_figure() {
        ModelRates painter = new ModelRates(
                RateCard.named("p").rates(Cards.perMillion("image=40000")).build());
        Usage three = Cards.usage("image=3");
        Usd usd = Usd.parse("0.12");
        assertThat(Estimate.of(new Estimate.Request(600, 0, -1, 1, three), painter, Terms.STANDARD, Markup.NONE))
                .isEqualTo(new Estimate(usd, usd, usd));
        ModelRates reader = new ModelRates(RateCard.named("e")
                .limits(new Limits(1_000, 1, true, 0, 0, 0))
                .rates(Cards.perMillion("input=1"))
                .build());
        assertThat(Estimate.of(new Estimate.Request(600, 0, 0, 1, Usage.NONE), reader, Terms.STANDARD, Markup.NONE))
                .isEqualTo(new Estimate(new Usd(100_000), new Usd(150_000), new Usd(600_000)));
    }

    @Test
    void markup_and_terms_are_in_every_figure_and_sums_are_of_each() {
        Estimate once = Estimate.of(
                new Estimate.Request(600, 0, 100, 1, Usage.NONE), rates, Terms.STANDARD, Cards.percent("100"));
        assertThat(once).isEqualTo(new Estimate(new Usd(204_000), new Usd(500_000), new Usd(1_600_000)));
        assertThat(once.plus(once).plus(Estimate.NONE))
                .isEqualTo(once.times(2))
                .isEqualTo(new Estimate(new Usd(408_000), new Usd(1_000_000), new Usd(3_200_000)));
        assertThat(List.of(once.times(1), once.plus(Estimate.NONE))).containsOnly(once);
    }
}
