package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.pricing.Buyer;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/** Tiers, regions, packed documents and what is free: what is held for them, and what is charged. */
class WhatWasAskedTest {
    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");
    private static final RateBook BOOK = RateBook.builtIn();
    private static final WhoPays WHO_PAYS = new WhoPays(HoldSettings.DEFAULTS);
    /** Five dollars a million in and 25 out; six times in fast mode, 1.1 times in the US. */
    private static final ModelRates OPUS = ((Resolution.Priced) BOOK.resolve("claude-opus-4-6", NOW)).rates();

    private static HoldPlan plan(Service service, long documentBytes, MeteredRequest.Conditions asked) {
        MeteredRequest request = new MeteredRequest(
                service,
                "claude-opus-4-6",
                true,
                true,
                100L,
                1,
                1_000,
                new MeteredRequest.ImageCount(0, 0),
                documentBytes,
                0,
                false,
                null,
                asked,
                null,
                Map.of(),
                List.of(),
                (reportUsage, ceiling) -> List.of());
        return HoldPlan.of(request, OPUS, BOOK, Terms.STANDARD.at(NOW), Buyer.ANYBODY, HoldSettings.DEFAULTS);
    }

    private static Observed told(Usage usage, @Nullable String tier, @Nullable String region) {
        return new Observed(usage, false, false, "claude-opus-4-6", tier, region, 9, 60, 60, false);
    }

    @Test
    void a_packed_document_holds_the_whole_context_and_is_estimated_by_its_size() {
        HoldPlan plan = plan(Service.CHAT, 320_000, MeteredRequest.Conditions.STANDARD);
        assertThat(plan.inputBound()).isEqualTo(1_000_000);
        // 1,000,000 tokens written to the cache for an hour, 100 answered
        assertThat(plan.want()).isEqualTo(Usd.parse("10.0025"));
        assertThat(ConsumedPortion.inputTokens(plan)).isEqualTo(250 + 10_000);
    }

    @ParameterizedTest(name = "tier {0}, region {1}, at most {2}: {3}")
    @CsvSource(
            nullValues = "-",
            value = {
                // 1,000 tokens at 10 dollars a million, the hour's cache, and 100 at 25
                "-,    -,  -,  0.0125",
                "-,    us, -,  0.01375",
                "-,    -,  us, 0.01375",
                "fast, -,  -,  0.075",
                "fast, -,  us, 0.0825",
            })
    void a_hold_is_of_what_was_asked_at_the_dearest_place(
            @Nullable String tier, @Nullable String region, @Nullable String dearest, String held) {
        HoldPlan plan = plan(Service.CHAT, 0, new MeteredRequest.Conditions(tier, region, dearest));
        assertThat(plan.want()).isEqualTo(Usd.parse(held));
        assertThat(plan.affordableCeiling(plan.want())).isEqualTo(100);
    }

    @ParameterizedTest(name = "asked {0} {1}, answered {2} {3}: {4}")
    @CsvSource(
            nullValues = "-",
            value = {
                "-,    -,  -,        -,             0.003",
                "-,    -,  standard, not_available, 0.003",
                "-,    -,  -,        us,            0.0033",
                "fast, us, -,        -,             0.0198",
                "fast, us, fast,     us,            0.0198",
                "fast, us, standard, global,        0.003",
                "-,    -,  fast,     us,            0.0198",
                "-,    -,  priority, -,             0.003",
            })
    void what_the_answer_says_of_tier_and_region_sets_the_price(
            @Nullable String askedTier,
            @Nullable String askedRegion,
            @Nullable String tier,
            @Nullable String region,
            String charge) {
        HoldPlan plan = plan(Service.CHAT, 0, new MeteredRequest.Conditions(askedTier, askedRegion, "us"));
        Observed observed = told(Requests.usage("input=100 output=100"), tier, region);
        assertThat(WHO_PAYS.settle(plan, plan.want(), new Ending.Complete(), observed)
                        .total())
                .isEqualTo(Usd.parse(charge));
    }

    @Test
    void an_output_that_is_told_only_as_it_begins_is_estimated_and_never_below_that() {
        HoldPlan plan = plan(Service.CHAT, 0, MeteredRequest.Conditions.STANDARD);
        TokenRatio ratio = TokenRatios.of("claude-opus-4-6");
        for (long bytes : new long[] {0, 60, 6_000}) {
            Observed begun = new Observed(
                    Requests.usage("input=40 output=8"), false, true, null, null, null, 4, bytes, 0, false);
            Settlement settled = WHO_PAYS.settle(plan, plan.want(), new Ending.UpstreamCut(true), begun);
            assertThat(settled.usage().inputTokens()).isEqualTo(40);
            assertThat(settled.usage().outputTokens()).isEqualTo(Math.max(8, ratio.tokens(bytes)));
            assertThat(settled.estimated()).isTrue();
            assertThat(settled.total()).isLessThanOrEqualTo(plan.want());
        }
    }

    @Test
    void for_what_is_free_nothing_is_held_or_charged_however_it_ends() {
        HoldPlan plan = plan(Service.COUNT_TOKENS, 0, MeteredRequest.Conditions.STANDARD);
        assertThat(plan.min()).isEqualTo(Usd.ZERO);
        assertThat(plan.want()).isEqualTo(Usd.ZERO);
        assertThat(plan.ceilingFor(Usd.ZERO, 0)).isNull();
        Observed answered = new Observed(null, false, false, null, null, null, 1, 0, 0, false);
        for (Ending ending : List.of(
                new Ending.Complete(),
                new Ending.UpstreamGarbled(),
                new Ending.UpstreamCut(true),
                new Ending.ClientGone(true),
                new Ending.Stopped(Ending.Reason.SHUTDOWN, true))) {
            for (Observed observed : List.of(answered, told(Requests.usage("input=9 output=9"), null, null))) {
                Settlement settled = WHO_PAYS.settle(plan, Usd.ZERO, ending, observed);
                assertThat(settled.total()).isEqualTo(Usd.ZERO);
                assertThat(settled.cost()).isEqualTo(Usd.ZERO);
                assertThat(settled.overrun()).isEqualTo(Usd.ZERO);
                assertThat(settled.usage()).isEqualTo(Usage.NONE);
                assertThat(settled.estimated()).isFalse();
            }
        }
    }
}
