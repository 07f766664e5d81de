package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is true of every card and every usage; seeded, the seed is in every complaint. */
final class PricePropertiesTest {
    private static final long SEED = Long.getLong("tollgate.seed", 20261125);
    private static final int ROUNDS = Integer.getInteger("tollgate.rounds", 1_500);

    private final Random random = new Random(SEED);

    private RateCard card() {
        Map<UnitClass, Rate> rates = new EnumMap<>(UnitClass.class);
        rates.put(UnitClass.INPUT, rate(Per.MILLION));
        rates.put(UnitClass.OUTPUT, rate(Per.MILLION));
        for (UnitClass unit : UnitClass.values()) {
            if (random.nextInt(3) == 0) {
                Per per = List.of(Per.values()).get(random.nextInt(Per.values().length));
                rates.put(unit, rate(unit.isToken() || !per.fits(unit) ? Per.MILLION : per));
            }
        }
        Map<String, ServiceTier> tiers = new LinkedHashMap<>();
        tiers.put("batch", new ServiceTier(new BigDecimal("0.5"), Map.of()));
        tiers.put("priority", new ServiceTier(null, Map.of(UnitClass.INPUT, rate(Per.MILLION))));
        return RateCard.named("m")
                .rates(rates)
                .tiers(tiers)
                .regions(Map.of("eu", new BigDecimal("1.1")))
                .longContext(List.of(new LongContext(
                        1 + random.nextInt(5_000),
                        Map.of(UnitClass.INPUT, rate(Per.MILLION), UnitClass.OUTPUT, rate(Per.MILLION)))))
                .discountPercent(BigDecimal.valueOf(random.nextInt(3) * 125L, 1))
                .minimumUsd(BigDecimal.valueOf(random.nextInt(3), 6))
                .build();
    }

    private Rate rate(Per per) {
        return new Rate(BigDecimal.valueOf(1 + random.nextInt(9_000_000), 4 + random.nextInt(4)), per);
    }

    private Usage usage() {
        Usage.Builder usage = Usage.builder();
        for (UnitClass unit : UnitClass.values()) {
            if (random.nextInt(4) == 0) {
                usage.set(
                        unit,
                        BigDecimal.valueOf(random.nextInt(1 << random.nextInt(14)))
                                .add(
                                        unit.steps() == 1
                                                ? BigDecimal.ZERO
                                                : BigDecimal.valueOf(random.nextInt(1000), 3)));
            }
        }
        return usage.build();
    }

    private Terms terms() {
        String[] tiers = {"default", "batch", "priority", "scale"};
        String[] regions = {"global", "eu", "us"};
        return Terms.STANDARD.tier(tiers[random.nextInt(4)]).region(regions[random.nextInt(3)]);
    }

    private static BigDecimal exact(Charge charge) {
        return charge.lines().stream().map(ChargeLine::subtotal).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    @Test
    void explanations_sum_exactly_whatever_the_order_and_the_short_way_says_the_same() {
        Tally tally = new Tally();
        for (int round = 0; round < ROUNDS; round++) {
            ModelRates rates = new ModelRates(card());
            Usage usage = usage();
            Terms terms = terms();
            Markup markup =
                    Markup.percent(BigDecimal.valueOf(random.nextInt(2_000), 2)).plusFixed(new Usd(random.nextInt(3)));
            String story = "seed " + SEED + " round " + round + ": " + usage + " " + terms + " " + markup;
            Charge charge = rates.explain(usage, terms, markup);
            assertThat(charge.sum())
                    .as(story)
                    .isEqualByComparingTo(charge.charge().toString());
            List<ChargeLine> turned = new ArrayList<>(charge.lines()).reversed();
            assertThat(new Charge(charge.cost(), charge.charge(), charge.exact(), turned, charge.adjustments()).sum())
                    .as(story)
                    .isEqualByComparingTo(charge.sum());
            rates.charge(usage, terms, markup, tally);
            assertThat(tally.chargeNano()).as(story).isEqualTo(charge.charge().nano());
            assertThat(tally.costNano()).as(story).isEqualTo(charge.cost().nano());
            assertThat(tally.unpriced()).as(story).isEqualTo(charge.unpriced());
            BigDecimal factor = BigDecimal.ONE.add(markup.percent().movePointLeft(2));
            assertThat(charge.charge()).as(story).isGreaterThanOrEqualTo(charge.cost());
            assertThat(new BigDecimal(charge.charge().toString()))
                    .as(story)
                    .isGreaterThanOrEqualTo(exact(charge).multiply(factor));
        }
    }

    @Test
    void the_exact_cost_of_one_tier_is_monotone_in_units_and_additive_across_classes() {
        for (int round = 0; round < ROUNDS; round++) {
            RateCard card = card().edit()
                    .longContext(List.of())
                    .minimumUsd(BigDecimal.ZERO)
                    .build();
            ModelRates rates = new ModelRates(card);
            Terms terms = terms();
            Usage one = usage();
            Usage other = usage();
            String story = "seed " + SEED + " round " + round + ": " + one + " and " + other;
            BigDecimal together =
                    rates.explain(one.plus(other), terms, Markup.NONE).exact();
            BigDecimal apart = rates.explain(one, terms, Markup.NONE)
                    .exact()
                    .add(rates.explain(other, terms, Markup.NONE).exact());
            assertThat(together.subtract(apart).abs()).as(story).isLessThan(new BigDecimal("1e-28"));
            assertThat(together)
                    .as(story)
                    .isGreaterThanOrEqualTo(
                            rates.explain(one, terms, Markup.NONE).exact());
        }
    }

    @Test
    void a_threshold_moves_a_request_at_one_above_and_not_before() {
        for (int round = 0; round < ROUNDS; round++) {
            RateCard card = card();
            ModelRates rates = new ModelRates(card);
            long threshold = card.longContext().getFirst().abovePromptTokens();
            String story = "seed " + SEED + " round " + round + " above " + threshold;
            for (long tokens : new long[] {threshold - 1, threshold, threshold + 1}) {
                Usage usage = Usage.builder().set(UnitClass.INPUT, tokens).build();
                Rate plain = card.rates().get(UnitClass.INPUT);
                Rate above = card.longContext().getFirst().rates().get(UnitClass.INPUT);
                Rate used = tokens > threshold ? above : plain;
                BigDecimal usd = (used == null ? BigDecimal.ZERO : used.usd())
                        .multiply(BigDecimal.valueOf(tokens))
                        .movePointLeft(6)
                        .multiply(Factors.after(card.discountPercent()));
                assertThat(rates.explain(usage, Terms.STANDARD, Markup.NONE).cost())
                        .as(story)
                        .isEqualTo(Usd.roundUp(tokens == 0 ? BigDecimal.ZERO : usd.max(card.minimumUsd())));
            }
        }
    }

    @Test
    void no_charge_of_tokens_within_bounds_passes_the_worst_case() {
        UnitClass[] tokens = {
            UnitClass.INPUT,
            UnitClass.CACHED_INPUT,
            UnitClass.CACHE_WRITE_1H,
            UnitClass.AUDIO_INPUT,
            UnitClass.OUTPUT,
            UnitClass.REASONING_OUTPUT,
            UnitClass.IMAGE_OUTPUT
        };
        for (int round = 0; round < ROUNDS; round++) {
            ModelRates rates = new ModelRates(card());
            Usage.Builder builder = Usage.builder();
            for (UnitClass unit : tokens) {
                builder.set(unit, random.nextInt(2_000));
            }
            Usage usage = rates.countingRequest(builder.build());
            Terms terms = terms();
            Usd worst = rates.worstCase(usage.inputTokens(), usage.outputTokens(), terms, Markup.NONE);
            assertThat(rates.amount(usage, terms, Markup.NONE))
                    .as("seed " + SEED + " round " + round)
                    .isLessThanOrEqualTo(worst);
        }
    }
}
