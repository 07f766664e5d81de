package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.dialect.MeteredRequest;
import tollgate.pricing.Buyer;
import tollgate.pricing.RateBook;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/** What requests of a kind usually cost. One dollar a million prompt tokens, ten a million answered. */
class TypicalChargesTest {
    private static final MeteredRequest REQUEST = Requests.request(4_000L, 1, 500);
    private static final HoldSettings STRICT = HoldSettings.DEFAULTS;
    private static final HoldSettings TYPICAL = new HoldSettings(
            HoldMode.TYPICAL,
            HoldSettings.USUAL_TRANCHE,
            STRICT.life(),
            STRICT.maxExchange(),
            1,
            STRICT.maxOverrun(),
            null,
            STRICT.mostOpen());
    private static final WhoPays WHO_PAYS = new WhoPays(STRICT);

    private final TypicalCharges seen = new TypicalCharges();

    @ParameterizedTest(name = "{0} tokens answered")
    @ValueSource(ints = {1, 30, 300, 3_999})
    void what_99_of_100_stay_within_is_known_to_a_quarter(int output) {
        see(TypicalCharges.ENOUGH, output);
        Usd charge = settled(output).total();
        Usd usual = Objects.requireNonNull(seen.usual(REQUEST, Requests.RATES, plan().inputBound()));
        assertThat(usual.nano()).isBetween(charge.nano(), charge.nano() * 5 / 4 + 1);
    }

    @Test
    void until_enough_were_seen_all_is_held() {
        see(TypicalCharges.ENOUGH - 1, 30);
        assertThat(plan().mode()).isEqualTo(HoldMode.STRICT);
        assertThat(plan().want()).isEqualTo(plan().worst());
        see(1, 30);
        assertThat(plan().mode()).isEqualTo(HoldMode.TYPICAL);
        assertThat(plan().want()).isEqualTo(plan().min()).isLessThan(plan().worst());
        assertThat(plan().ceilingFor(plan().want(), 0)).as("no ceiling is set").isNull();
        assertThat(plan().minTokens()).as("caps on tokens hold all").isEqualTo(plan().wantTokens());
    }

    @Test
    void one_of_a_hundred_is_unusual_and_two_are_not() {
        see(99, 30);
        see(1, 3_000);
        assertThat(plan().want()).isLessThan(settled(300).total());
        see(1, 3_000);
        assertThat(plan().want()).isGreaterThan(settled(2_400).total());
    }

    @Test
    void what_was_long_ago_is_forgotten() {
        see(500, 3_000);
        assertThat(plan().want()).isGreaterThan(settled(2_400).total());
        see(8 * TypicalCharges.HALVED_AT, 30);
        assertThat(plan().want()).isLessThan(settled(300).total());
    }

    @Test
    void other_models_and_other_magnitudes_of_prompts_are_other_kinds() {
        see(TypicalCharges.ENOUGH, 30);
        HoldPlan longer = plan(Requests.request(4_000L, 1, 50_000));
        assertThat(longer.mode()).isEqualTo(HoldMode.STRICT);
        assertThat(plan(Requests.request(2_000L, 1, 500)).mode()).isEqualTo(HoldMode.TYPICAL);
    }

    @Test
    void estimates_and_what_the_operator_pays_teach_nothing() {
        for (int i = 0; i < 200; i++) {
            seen.saw(plan(), WHO_PAYS.settle(plan(), plan().worst(), new Ending.UpstreamFailed(), Observed.NOTHING));
            Observed cut = new Observed(null, false, false, null, null, null, 5, 50, 0, false);
            seen.saw(plan(), WHO_PAYS.settle(plan(), plan().worst(), new Ending.UpstreamCut(true), cut));
        }
        assertThat(plan().mode()).isEqualTo(HoldMode.STRICT);
    }

    private void see(int times, int output) {
        for (int i = 0; i < times; i++) {
            seen.saw(plan(), settled(output));
        }
    }

    private static Settlement settled(int output) {
        Usage usage = Usage.builder()
                .set(UnitClass.INPUT, 100)
                .set(UnitClass.OUTPUT, output)
                .build();
        Observed observed = new Observed(usage, false, false, null, null, null, 5, 4L * output, 4L * output, false);
        HoldPlan strict = Requests.plan(REQUEST);
        return WHO_PAYS.settle(strict, strict.worst(), new Ending.Complete(), observed);
    }

    private HoldPlan plan() {
        return plan(REQUEST);
    }

    private HoldPlan plan(MeteredRequest request) {
        RateBook book = RateBook.of(List.of(Requests.RATES.card()));
        return HoldPlan.of(request, Requests.RATES, book, Terms.STANDARD, Buyer.ANYBODY, TYPICAL, seen);
    }
}
