package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.MeteredRequest;
import tollgate.pricing.Buyer;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

final class HoldPlanTest {
    private static final long SEED = 20261124;

    /** Prompt tokens cost 1,000 nano-dollars, answered ones 10,000. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            nullValues = "-",
            value = {
                "a client's ceiling is held in full,            50, 1, 100,    600_000,   600_000",
                "each choice may reach the ceiling,             50, 3, 100,  1_600_000, 1_600_000",
                "no ceiling: the model's or 256 at least,        -, 1, 100,  2_660_000, 40_100_000",
                "no ceiling and choices: each at least 256,      -, 2, 100,  5_220_000, 80_100_000",
                "a ceiling of nothing holds the prompt,          0, 1, 100,    100_000,   100_000",
                "a ceiling above the model's is held as given, 9000, 1, 100, 90_100_000, 90_100_000",
                "a text longer than the context is the context, 50, 1, 9000000, 100_500_000, 100_500_000",
                "more than all money is all money, 9223372036854775807, 1, 0, 9_000_000_000_000_000, 9_000_000_000_000_000",
                "choices times ceiling do not overflow, 4611686018427387904, 128, 0, 9_000_000_000_000_000, 9_000_000_000_000_000",
            })
    void what_is_held(String story, Long ceiling, int choices, long textBytes, String min, String want) {
        HoldPlan plan = Requests.plan(Requests.request(ceiling, choices, textBytes));
        assertThat(plan.min()).isEqualTo(nano(min));
        assertThat(plan.want()).isEqualTo(nano(want));
    }

    @ParameterizedTest(name = "{0} prompts of {1} bytes")
    @CsvSource({"1, 90000, 90000", "1, 250000, 100000", "3, 250000, 250000", "3, 900000, 300000"})
    void each_prompt_fills_its_own_context_at_most(int prompts, long textBytes, long bound) {
        MeteredRequest request = Requests.prompts(Requests.request(0L, prompts, textBytes), prompts);
        assertThat(Requests.plan(request).inputBound()).isEqualTo(bound);
    }

    /** A search costs 10,000,000 nano-dollars, and 32 of them 320,000,000. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            nullValues = "-",
            value = {
                "nothing configured: its own text alone,   -,    100,      0,        101_000_000",
                "what was configured,                  20000,    100,      0,        120_900_000",
                "more text than was configured,          200,    500,      0,        101_400_000",
                "more than a context may be configured, 500000,  100,      0,        600_900_000",
                "calls of tools besides,               20000,    100,     32,        440_900_000",
            })
    void input_that_nobody_can_bound_is_held_as_configured_and_calls_of_tools_besides(
            String story, Long ceiling, long textBytes, long calls, String want) {
        ModelRates rates = Requests.rates("input=1 output=10 web_search=10000");
        MeteredRequest.Extent extent = new MeteredRequest.Extent(
                1, "tools[0].type", calls == 0 ? Map.of() : Map.of(UnitClass.WEB_SEARCH, calls));
        MeteredRequest request = Requests.extent(Requests.request(10_090L, 1, textBytes), extent);
        HoldSettings settings = new HoldSettings(
                HoldSettings.DEFAULTS.life(),
                HoldSettings.DEFAULTS.maxExchange(),
                256,
                HoldSettings.DEFAULTS.maxOverrun(),
                ceiling);
        HoldPlan plan = HoldPlan.of(
                request, rates, RateBook.of(List.of(rates.card())), Terms.STANDARD, Buyer.ANYBODY, settings);
        assertThat(plan.want()).isEqualTo(nano(want));
        assertThat(plan.min()).isEqualTo(nano(want));
    }

    @Test
    void images_are_bounded_by_the_cards_constants() {
        MeteredRequest request = Requests.with(Requests.request(0L, 1, 100), 2, 3, 0, false);
        assertThat(Requests.plan(request).inputBound()).isEqualTo(100 + 2 * 85 + 3 * 1445);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            nullValues = "-",
            value = {
                "all that was wanted leaves the request alone,   -, 1, 40_100_000,    -",
                "a grant in between sets what it affords,        -, 1, 10_109_999, 1000",
                "the least grant sets the floor,                 -, 1,  2_660_000,  256",
                "choices share the grant,                        -, 2, 20_100_000, 1000",
                "a client's own ceiling is never touched,       50, 1,    600_000,    -",
            })
    void the_ceiling_follows_what_was_granted(String story, Long asked, int choices, String granted, Long ceiling) {
        HoldPlan plan = Requests.plan(Requests.request(asked, choices, 100));
        assertThat(plan.ceilingFor(nano(granted), plan.wantTokens())).isEqualTo(ceiling);
    }

    @Test
    void tools_and_schemas_are_never_cut_short() {
        MeteredRequest plain = Requests.request(null, 1, 100);
        assertThat(Requests.plan(Requests.with(plain, 0, 0, 1, false)).min()).isEqualTo(nano("40_100_000"));
        assertThat(Requests.plan(Requests.with(plain, 0, 0, 0, true)).min()).isEqualTo(nano("40_100_000"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            nullValues = "-",
            value = {
                "an amount affords so many tokens,        1, 10_100_000, 1000",
                "for each choice its share,               3, 10_100_000,  333",
                "never more than the model makes,         1, 99_000_000, 4000",
                "not even one token,                      1,    109_999,    -",
                "not even the prompt,                     1,     99_999,    -",
                "nothing,                                 1,          0,    -",
            })
    void a_refusal_says_what_would_fit(String story, int choices, String available, Long ceiling) {
        HoldPlan plan = Requests.plan(Requests.request(3_999L, choices, 100));
        assertThat(plan.affordableCeiling(nano(available))).isEqualTo(ceiling);
    }

    @Test
    void no_model_can_charge_more_than_was_held_whatever_the_answer_reports_within_its_ceiling() {
        Random random = new Random(SEED);
        RateBook book = RateBook.builtIn();
        RateBook marked = book.withMarkup(MARKUP);
        String[] names = book.names(NOW).keySet().toArray(String[]::new);
        UnitClass[] prompt = {UnitClass.INPUT, UnitClass.CACHED_INPUT, UnitClass.CACHE_WRITE};
        for (int round = 0; round < 20_000; round++) {
            String name = names[random.nextInt(names.length)];
            ModelRates rates = ((Resolution.Priced) book.resolve(name, NOW)).rates();
            Long ceiling =
                    random.nextBoolean() ? null : random.nextLong(rates.limits().maxOutputTokens());
            int choices = 1 + random.nextInt(4);
            long textBytes = random.nextLong(500_000);
            int low = random.nextInt(3);
            int other = random.nextInt(3);
            MeteredRequest request = Requests.with(Requests.request(ceiling, choices, textBytes), low, other, 0, false);
            HoldPlan plan = HoldPlan.of(
                    request,
                    rates,
                    random.nextBoolean() ? book : marked,
                    Terms.STANDARD,
                    Buyer.ANYBODY,
                    HoldSettings.DEFAULTS);
            String story = "seed " + SEED + " round " + round + " " + name + " " + request;

            long room = plan.want().nano() - plan.min().nano();
            Usd granted = new Usd(plan.min().nano() + (room == 0 ? 0 : random.nextLong(room + 1)));
            Long set = plan.ceilingFor(granted, plan.wantTokens());
            long perChoice = set != null
                    ? set
                    : ceiling != null ? ceiling : rates.limits().maxOutputTokens();
            if (set != null) {
                assertThat(set).as(story).isBetween(256L, rates.limits().maxOutputTokens());
            }
            Usage.Builder usage = Usage.builder().set(UnitClass.OUTPUT, perChoice * choices);
            // no tokenizer makes more than a token of a byte; pictures make what the card says; no prompt passes the
            // context
            long left = Math.min(
                    rates.limits().context(),
                    textBytes
                            + low * rates.limits().imageTokensLow()
                            + other * rates.limits().imageTokensHigh());
            for (UnitClass unit : prompt) {
                long part = random.nextBoolean() ? left : random.nextLong(left + 1);
                usage.set(unit, part);
                left -= part;
            }
            assertThat(rates.amount(usage.build(), plan.terms(), plan.markup()))
                    .as(story)
                    .isLessThanOrEqualTo(granted);
        }
    }

    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");
    private static final Markup MARKUP = Markup.percent(new BigDecimal("12.5")).plusFixed(Usd.parse("0.001"));

    private static Usd nano(String text) {
        return new Usd(Long.parseLong(text.replace("_", "")));
    }
}
