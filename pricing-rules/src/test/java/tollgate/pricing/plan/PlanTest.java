package tollgate.pricing.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.pricing.LongContext;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Per;
import tollgate.pricing.Rate;
import tollgate.pricing.RateCard;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;
import tollgate.pricing.VolumeTiers;

final class PlanTest {
    private final ModelRates rates = new ModelRates(RateCard.named("m")
            .rates(Map.of(UnitClass.INPUT, Rate.perMillion("1"), UnitClass.OUTPUT, Rate.perMillion("10")))
            .longContext(List.of(new LongContext(
                    1_000, Map.of(UnitClass.INPUT, Rate.perMillion("2"), UnitClass.OUTPUT, Rate.perMillion("20")))))
            .build());
    private static final EnumSet<UnitClass> TOKENS = EnumSet.of(UnitClass.INPUT, UnitClass.OUTPUT);

    private static Usage usage(long input, long output) {
        return Usage.builder()
                .set(UnitClass.INPUT, input)
                .set(UnitClass.OUTPUT, output)
                .build();
    }

    private static Bundle bundle(@Nullable Long included, @Nullable Rate overage, @Nullable Long fairUse) {
        return new Bundle("tokens", Usd.parse("50"), Bundle.Span.MONTH, TOKENS, null, included, overage, fairUse);
    }

    private static Plan plan(Markup markup, VolumeTiers volume, Bundle... bundles) {
        return new Plan("gold", List.of(bundles), volume, markup);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "all within,               10000000,   0,        ,     ,        0, 300",
        "the last unit within,     10000000,   9999700,  ,     ,        0, 300",
        "one over at its rate,     10000000,   9999701,  ,     ,    10000, 300",
        "all over at their rates,  10000000,  10000000,  ,     ,  1200000, 300",
        "one over at the overage,  10000000,   9999701,  5,    ,     5000, 300",
        "unlimited,                ,            9000000000, ,   ,        0, 300",
        "unlimited but fair,       ,                 900, ,  1000, 1100000, 300",
    })
    void a_bundle_pays_for_its_units(
            String story,
            @Nullable Long included,
            long before,
            @Nullable String overage,
            @Nullable Long fair,
            long charge,
            long used) {
        Bundle bundle = bundle(included, overage == null ? null : Rate.perMillion(overage), fair);
        Plan.Billed billed = plan(Markup.NONE, VolumeTiers.NONE, bundle)
                .bill(rates, usage(200, 100), Terms.STANDARD, new Plan.Used(Map.of("tokens", before), Usd.ZERO));
        assertThat(billed.charge().charge()).as(story).isEqualTo(new Usd(charge));
        assertThat(billed.charge().cost()).isEqualTo(new Usd(1_200_000));
        assertThat(billed.used()).containsExactly(Map.entry("tokens", used));
        assertThat(billed.charge().sum())
                .isEqualByComparingTo(billed.charge().charge().toString());
    }

    @Test
    void what_a_bundle_leaves_of_a_long_prompt_is_priced_as_a_long_prompt() {
        Plan.Billed billed = plan(Markup.NONE, VolumeTiers.NONE, bundle(1_000L, null, null))
                .bill(rates, usage(1_001, 0), Terms.STANDARD, Plan.Used.NOTHING);
        assertThat(billed.charge().charge()).isEqualTo(new Usd(2_000));
    }

    @Test
    void markup_is_on_what_is_charged_and_volume_tiers_are_marginal() {
        VolumeTiers volume = new VolumeTiers(List.of(
                new VolumeTiers.Step(Usd.parse("100"), new BigDecimal("10")),
                new VolumeTiers.Step(Usd.parse("1000"), new BigDecimal("20"))));
        Plan plan = plan(Markup.percent(BigDecimal.TEN).plusFixed(Usd.parse("0.01")), volume);
        Usage usage = usage(0, 1_000_000);
        assertThat(plan.bill(rates, usage, Terms.STANDARD, Plan.Used.NOTHING)
                        .charge()
                        .charge())
                .isEqualTo(Usd.parse("11.01"));
        Plan.Billed crossing = plan.bill(rates, usage, Terms.STANDARD, new Plan.Used(Map.of(), Usd.parse("95")));
        assertThat(crossing.charge().charge()).isEqualTo(Usd.parse("10.409"));
        assertThat(crossing.beforeVolume()).isEqualTo(Usd.parse("11.01"));
        assertThat(crossing.charge().sum()).isEqualByComparingTo("10.409");
        assertThat(plan.bill(rates, usage, Terms.STANDARD, new Plan.Used(Map.of(), Usd.parse("1000")))
                        .charge()
                        .charge())
                .isEqualTo(Usd.parse("8.808"));
    }

    @ParameterizedTest
    @CsvSource({
        "99.999999999,  0.000000001, 0.000000001",
        "99.999999999,  0.000000002, 0.0000000019",
        "100,           0.000000001, 0.0000000009",
        "0,             2000,        1710",
        "999.5,         1,           0.85",
    })
    void volume_tiers_are_exact_at_their_boundaries(String before, String charge, String discounted) {
        VolumeTiers volume = new VolumeTiers(List.of(
                new VolumeTiers.Step(Usd.parse("100"), new BigDecimal("10")),
                new VolumeTiers.Step(Usd.parse("1000"), new BigDecimal("20"))));
        assertThat(volume.discounted(Usd.parse(before), new BigDecimal(charge))).isEqualByComparingTo(discounted);
    }

    @Test
    void a_bundle_of_one_model_leaves_others_alone_and_counts_nothing_where_nothing_is_its() {
        Bundle others = new Bundle("n", Usd.ZERO, Bundle.Span.MONTH, TOKENS, "another", null, null, null);
        Bundle pictures =
                new Bundle("pictures", Usd.ZERO, Bundle.Span.MONTH, EnumSet.of(UnitClass.IMAGE), "m", null, null, null);
        Bundle mine =
                new Bundle("mine", Usd.ZERO, Bundle.Span.MONTH, EnumSet.of(UnitClass.INPUT), "m", null, null, null);
        Plan.Billed billed = plan(Markup.NONE, VolumeTiers.NONE, others, pictures, mine)
                .bill(rates, usage(500, 100), Terms.STANDARD, Plan.Used.NOTHING);
        assertThat(billed.used()).containsExactly(Map.entry("mine", 500L));
        assertThat(billed.charge().charge()).isEqualTo(Usd.parse("0.001"));
        assertThat(billed.charge().adjustments()).singleElement().satisfies(each -> {
            assertThat(each.reason()).isEqualTo("mine: 500 units paid for, 0 over");
            assertThat(each.usd()).isEqualByComparingTo("0");
        });
    }

    @Test
    void a_bundle_pays_for_a_begun_second_whole() {
        ModelRates seconds = new ModelRates(RateCard.named("m")
                .rates(Map.of(UnitClass.AUDIO_SECOND, new Rate(new BigDecimal("0.01"), Per.EACH)))
                .build());
        Usage half = Usage.builder()
                .set(UnitClass.AUDIO_SECOND, new BigDecimal("1.5"))
                .build();
        Bundle two =
                new Bundle("two", Usd.ZERO, Bundle.Span.DAY, EnumSet.of(UnitClass.AUDIO_SECOND), null, 2L, null, null);
        Plan.Billed billed =
                plan(Markup.NONE, VolumeTiers.NONE, two).bill(seconds, half, Terms.STANDARD, Plan.Used.NOTHING);
        assertThat(billed.charge().charge()).isEqualTo(Usd.ZERO);
        assertThat(billed.used()).containsExactly(Map.entry("two", 2L));
        Plan.Billed over = plan(Markup.NONE, VolumeTiers.NONE, two)
                .bill(seconds, half, Terms.STANDARD, new Plan.Used(Map.of("two", 1L), Usd.ZERO));
        assertThat(over.charge().charge()).as("half a second of it").isEqualTo(Usd.parse("0.005"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "below the tier no word of it,       0,     10,      0.00001,      ,            ",
        "in it less,                         200,   10,      0.000009,     volume tier, ",
        "a fraction of a nano-dollar is up,  0,     0.0033,  0.000000004,  ,            up to the nano-dollar",
        "less and then up,                  200,   0.0033,  0.000000003,  volume tier, up to the nano-dollar",
    })
    void a_plan_says_what_it_took_off_and_what_was_rounded_and_nothing_of_what_it_did_not(
            String story,
            String before,
            String perMillion,
            String charge,
            @Nullable String tier,
            @Nullable String rounding) {
        ModelRates of = new ModelRates(RateCard.named("m")
                .rates(Map.of(UnitClass.INPUT, Rate.perMillion("1"), UnitClass.OUTPUT, Rate.perMillion(perMillion)))
                .build());
        VolumeTiers volume = new VolumeTiers(List.of(new VolumeTiers.Step(Usd.parse("100"), BigDecimal.TEN)));
        Plan.Billed billed = plan(Markup.NONE, volume)
                .bill(of, usage(0, 1), Terms.STANDARD, new Plan.Used(Map.of(), Usd.parse(before)));
        assertThat(billed.charge().charge()).isEqualTo(Usd.parse(charge));
        assertThat(billed.charge().sum()).isEqualByComparingTo(charge);
        List<String> reasons = billed.charge().adjustments().stream()
                .map(each -> each.reason().replace("gold: ", ""))
                .toList();
        assertThat(reasons)
                .containsExactlyElementsOf(
                        Stream.of(tier, rounding).flatMap(Stream::ofNullable).toList());
    }

    @Test
    void what_is_just_within_its_range_is_accepted() {
        Bundle free = new Bundle("n", Usd.ZERO, Bundle.Span.DAY, TOKENS, null, 0L, Rate.perMillion("0"), 0L);
        assertThat(free.covers(0, 10)).isZero();
        VolumeTiers all = new VolumeTiers(List.of(
                new VolumeTiers.Step(Usd.ZERO, BigDecimal.ZERO),
                new VolumeTiers.Step(Usd.parse("1"), new BigDecimal("100"))));
        assertThat(all.discounted(Usd.ZERO, new BigDecimal("3"))).isEqualByComparingTo("1");
    }

    @Test
    void credit_that_expires_first_is_spent_first_and_none_after_its_end() {
        Instant now = Instant.parse("2026-11-25T00:00:00Z");
        List<Credit> credits = List.of(
                new Credit("late", Usd.parse("5"), now.plusSeconds(100)),
                new Credit("soon", Usd.parse("2"), now.plusSeconds(1)),
                new Credit("over", Usd.parse("9"), now),
                new Credit("empty", Usd.ZERO, now.plusSeconds(1)));
        assertThat(Credit.spend(credits, Usd.parse("3"), now))
                .containsExactly(new Credit.Spent("soon", Usd.parse("2")), new Credit.Spent("late", Usd.parse("1")));
        assertThat(Credit.spend(credits, Usd.parse("10"), now))
                .containsExactly(new Credit.Spent("soon", Usd.parse("2")), new Credit.Spent("late", Usd.parse("5")));
        assertThat(Credit.spend(credits, Usd.ZERO, now)).isEmpty();
    }

    @Test
    void a_plan_that_cannot_be_is_refused() {
        assertThatThrownBy(() -> bundle(-1L, null, null)).hasMessage("tokens: included: -1 (expected: at least 0)");
        assertThatThrownBy(() -> bundle(1L, null, -2L)).hasMessage("tokens: fair_use: -2 (expected: at least 0)");
        assertThatThrownBy(() -> new Bundle("b", new Usd(-1), Bundle.Span.DAY, TOKENS, null, null, null, null))
                .hasMessageContaining("price");
        assertThatThrownBy(() -> new Bundle(
                        "b", Usd.ZERO, Bundle.Span.YEAR, EnumSet.noneOf(UnitClass.class), null, null, null, null))
                .hasMessageContaining("no class");
        assertThatThrownBy(() -> bundle(1L, Rate.perMillion("-1"), null)).hasMessageContaining("overage");
        assertThatThrownBy(() -> new VolumeTiers(List.of(
                        new VolumeTiers.Step(Usd.parse("2"), BigDecimal.TEN),
                        new VolumeTiers.Step(Usd.parse("2"), BigDecimal.TEN))))
                .hasMessageContaining("ascending");
        assertThatThrownBy(
                        () -> new VolumeTiers(List.of(new VolumeTiers.Step(Usd.parse("2"), new BigDecimal("100.1")))))
                .hasMessageContaining("0..100");
    }
}
