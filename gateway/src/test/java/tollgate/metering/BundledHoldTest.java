package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.pricing.BundleRules;
import tollgate.pricing.Buyer;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.RateCards;
import tollgate.pricing.Terms;
import tollgate.pricing.TokenBundle;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;
import tollgate.pricing.Whom;

/** Holds of requests some of whose tokens are paid for already: enough for all the others, whatever they turn out to be. */
final class BundledHoldTest {
    private static final ModelRates RATES = Requests.rates("input=1 cache_write=2 cached_input=0.1 output=10");

    private static HoldPlan plan(@Nullable Long ceiling, int choices, long textBytes) {
        TokenBundle bundle = new TokenBundle("some", 1_000_000, TokenBundle.Per.MONTH);
        RateBook book = RateBook.of(List.of(RATES.card()))
                .withAll(List.of(new RateCards(
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(new BundleRules.Rule(new Whom(null, null, null), bundle, "here")),
                        List.of())));
        return HoldPlan.of(
                Requests.request(ceiling, choices, textBytes),
                RATES,
                book,
                Terms.STANDARD,
                Buyer.ANYBODY,
                HoldSettings.DEFAULTS);
    }

    /** Prompt tokens cost 2,000 nano-dollars at most, answered ones 10,000. */
    @ParameterizedTest(name = "{0} of 150 tokens are paid for")
    @CsvSource({"0, 700000", "1, 698000", "100, 500000", "101, 490000", "149, 10000", "150, 0", "9000, 0"})
    void what_is_paid_for_is_the_prompt_before_the_answer(long tokens, long held) {
        HoldPlan plan = plan(50L, 1, 100).reserving(tokens);
        assertThat(plan.want().nano()).isEqualTo(held);
        assertThat(plan.min().nano()).isEqualTo(held);
        assertThat(plan.affordableCeiling(new Usd(held))).isEqualTo(tokens < 9000 ? 50 : 4_000);
    }

    @Test
    void the_table_is_ascending_in_tokens_and_never_ascending_in_money() {
        for (HoldPlan plan : List.of(plan(50L, 1, 100), plan(null, 1, 100), plan(0L, 1, 0), plan(3L, 7, 1))) {
            HoldPlan.Covered before = new HoldPlan.Covered(-1, plan.min(), plan.want());
            for (HoldPlan.Covered row : plan.covered()) {
                assertThat(row.tokens()).isGreaterThan(before.tokens());
                assertThat(row.min()).isLessThanOrEqualTo(before.min());
                assertThat(row.want()).isLessThanOrEqualTo(before.want());
                before = row;
            }
            assertThat(before.tokens()).isEqualTo(Math.max(plan.minTokens(), plan.wantTokens()));
            assertThat(before.want()).as("all of it is paid for").isEqualTo(Usd.ZERO);
        }
        assertThat(Requests.plan(Requests.request(50L, 1, 100)).covered()).isEmpty();
    }

    @Test
    void no_request_can_charge_more_than_the_table_has_held_for_the_tokens_that_a_bundle_had_left() {
        Random random = new Random(281128);
        for (int round = 0; round < 3_000; round++) {
            Long given = random.nextBoolean() ? null : (long) random.nextInt(500);
            HoldPlan plan = plan(given, 1 + random.nextInt(3), random.nextInt(2_000));
            long most = Math.max(plan.minTokens(), plan.wantTokens());
            long reserved = random.nextLong(most + 1);
            Usd least = plan.min();
            Usd want = plan.want();
            for (HoldPlan.Covered row : plan.covered()) {
                least = reserved >= row.tokens() ? row.min() : least;
                want = reserved >= row.tokens() ? row.want() : want;
            }
            long between = want.nano() - least.nano();
            Usd granted = new Usd(least.nano() + (between <= 0 ? 0 : random.nextLong(between + 1)));
            HoldPlan placed = plan.reserving(reserved);
            Long set = placed.ceilingFor(granted, plan.wantTokens());
            long ceiling = set != null ? set : given != null ? given : 4_000;
            assertThat(ceiling).isGreaterThanOrEqualTo(Math.min(256, given == null ? 256 : given));
            long input = plan.inputBound() == 0 ? 0 : random.nextLong(plan.inputBound() + 1);
            long written = random.nextLong(input + 1);
            Usage usage = Usage.builder()
                    .set(UnitClass.INPUT, input - written)
                    .set(UnitClass.CACHE_WRITE, written)
                    .set(
                            UnitClass.OUTPUT,
                            random.nextBoolean()
                                    ? ceiling * placed.request().choices()
                                    : random.nextLong(ceiling * placed.request().choices() + 1))
                    .build();
            Usd charge = placed.paidFor()
                    .explain(RATES, usage, Terms.STANDARD, plan.markup())
                    .charge();
            assertThat(charge)
                    .as("round " + round + ": " + usage + ", " + reserved + " reserved, granted " + granted)
                    .isLessThanOrEqualTo(granted);
        }
    }

    @ParameterizedTest(name = "{0} and {1} of 120")
    @CsvSource({"0, 0, 0", "100, 20, 0", "100, 21, 10000", "130, 1, 20000"})
    void what_has_accrued_is_what_is_not_paid_for(long input, long output, long expected) {
        PaidFor some = new PaidFor("some", 120);
        assertThat(some.accrued(RATES, input, output, Terms.STANDARD, Markup.NONE)
                        .nano())
                .isEqualTo(expected);
    }
}
