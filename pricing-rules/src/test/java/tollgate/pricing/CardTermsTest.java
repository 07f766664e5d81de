package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one card asks under different terms, with the arithmetic of each written out. */
final class CardTermsTest {
    private final RateCards file = RateCardFile.read("card.yaml", """
            provider: other
            source: https://example.com/pricing
            seen: 2026-08-01
            defaults:
              usd_per_thousand: { web_search: "10" }
            models:
              - model: full
                usd_per_million: { input: "2", cached_input: "0.2", cache_write: "2.5", output: "8", audio_input: "4" }
                long_context:
                  - above_prompt_tokens: 1000
                    usd_per_million: { input: "4", output: "12" }
                    service_tiers: { flex: { usd_per_million: { input: "3", output: "5" } } }
                  - above_prompt_tokens: 2000
                    usd_per_million: { input: "6", cached_input: "0.7", output: "16" }
                service_tiers:
                  flex: { usd_per_million: { input: "1", output: "4" } }
                  batch: { multiply: "0.5" }
                  mixed: { multiply: "3", usd_per_million: { output: "10" } }
                region_multipliers: { eu: "1.1" }
                off_peak: { from_utc: "16:30", until_utc: "00:30", multiply: "0.25" }
              - model: media
                service: image
                usd_each: { image: "0.04", request: "0.001" }
                usd_per_minute: { audio_second: "0.006" }
                usd_per_hour: { gpu_second: "3.1" }
                variants:
                  - { when: { size: big }, usd_each: { image: "0.08" } }
                  - { when: { quality: hd }, usd_each: { image: "0.09" } }
                  - { when: { size: big, quality: hd }, usd_each: { image: "0.12" } }
                  - { when: { search_context: high }, usd_per_thousand: { web_search: "50" } }
                graduated:
                  - { unit: character, above: "10", usd_each: "0.5" }
                  - { unit: character, above: "20", usd_each: "0.25" }
                usd_per_thousand: { character: "1000", web_search: "10" }
                minimum_units: { audio_second: "10" }
                billed_in_steps_of: { audio_second: "15" }
              - model: cheap
                usd_per_million: { input: "1", output: "1" }
                discount_percent: "12.5"
                minimum_usd: "0.01"
                free: [cached_input]
                sources: { cached_input: { source: elsewhere, seen: 2026-07-01 } }
              - model: stepped
                usd_per_million: { input: "2", output: "8" }
                graduated: [{ unit: input, above: "1000", usd_per_million: "1" }]
                service_tiers:
                  batch: { multiply: "0.5" }
                  priority: { usd_per_thousand: { web_search: "20" }, usd_per_million: { input: "4", output: "16" } }
                off_peak: { from_utc: "08:00", until_utc: "11:00", multiply: "0.5" }
              - model: seconds
                usd_per_minute: { audio_second: "0.0043" }
              - model: mute
                usd_per_million: { input: "1" }
            fees:
              - models: ["mu*e"]
                usd_per_thousand: { file_search: "2.5", web_search: "99" }
                variants: [{ when: { kind: large }, usd_each: { code_session: "0.1" } }]
            """);
    private final RateBook book = RateBook.of(file.cards(), file.fees());
    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    private ModelRates rates(String model) {
        return ((Resolution.Priced) book.resolve(model, NOON)).rates();
    }

    private static Terms terms(String text) {
        Terms terms = Terms.STANDARD.at(NOON);
        for (String each : text == null ? new String[0] : text.split(" ", -1)) {
            String[] pair = each.split("=", -1);
            Attribute attribute = Attribute.of(pair[0]);
            terms = switch (pair[0]) {
                case "region" -> terms.region(pair[1]);
                case "at" -> terms.at(Instant.parse("2026-11-25T" + pair[1] + "Z"));
                case "tier" -> terms.tier(pair[1]);
                default -> attribute == null ? terms : terms.with(attribute, pair[1]);
            };
        }
        return terms;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                // story | model | usage | terms | dollars | assumed | reason of the first line
                "plain | full | input=1000 output=1000 | | 0.01 | no | ''",
                "one above the threshold moves all | full | input=1001 output=1000 | | 0.016004 | no | prompt above 1000",
                "at the next threshold | full | input=2000 output=0 | | 0.008 | no | prompt above 1000",
                "above the next | full | input=2001 output=0 | | 0.012006 | no | prompt above 2000",
                "cached tokens count and rise as input does | full | cached_input=1001 output=0 | | 0.0004004 | no | prompt above 1000; raised as input is",
                "cached tokens with a rate of their own above | full | cached_input=2001 output=0 | | 0.0014007 | no | prompt above 2000",
                "a class without a rate | full | image_input=1000 | | 0.002 | no | priced as input",
                "a write of an hour is a write | full | cache_write_1h=1000 output=0 | | 0.0025 | no | priced as cache_write",
                "reasoning is output | full | reasoning_output=1000 | | 0.008 | no | priced as output",
                "flex | full | input=1000 output=1000 | tier=flex | 0.005 | no | tier flex",
                "flex lists no cached tokens | full | cached_input=1000 output=0 | tier=flex | 0.0002 | yes | tier flex; tier flex lists no cached_input",
                "flex of a long prompt, listed | full | input=1001 output=1000 | tier=flex | 0.008003 | no | prompt above 1000; tier flex",
                "flex of a longer one, in proportion | full | input=2001 output=1000 | tier=flex | 0.014003 | no | prompt above 2000; tier flex",
                "batch | full | input=1000 cached_input=0 output=1000 | tier=batch | 0.005 | no | tier batch",
                "batch of a long prompt | full | input=1001 output=0 | tier=batch | 0.002002 | no | prompt above 1000; tier batch",
                "batches is batch | full | input=1000 output=0 | tier=batches | 0.001 | no | tier batch",
                "a factor and a rate | full | input=1000 output=1000 | tier=mixed | 0.016 | no | tier mixed",
                "an unknown tier | full | input=1000 output=0 | tier=scale | 0.002 | yes | no rate of tier not listed",
                "default is no tier | full | input=1000 output=0 | tier=default | 0.002 | no | ''",
                "auto is no tier | full | input=1000 output=0 | tier=AUTO | 0.002 | no | ''",
                "a region | full | input=1000 output=0 | region=eu | 0.0022 | no | region eu × 1.1",
                "no uplift here | full | input=1000 output=0 | region=us | 0.002 | no | ''",
                "global is no region | full | input=1000 output=0 | region=global | 0.002 | no | ''",
                "region and tier stack, fees do not | full | input=1000 web_search=1 output=0 | region=eu tier=batch | 0.0111 | no | tier batch; region eu × 1.1",
                "a second before off-peak | full | input=1000 output=0 | at=16:29:59 | 0.002 | no | ''",
                "off-peak begins | full | input=1000 output=0 | at=16:30:00 | 0.0005 | no | off-peak × 0.25",
                "off-peak past midnight | full | input=1000 output=0 | at=00:29:59 | 0.0005 | no | off-peak × 0.25",
                "off-peak is over | full | input=1000 output=0 | at=00:30:00 | 0.002 | no | ''",
                "pictures | media | image=2 | | 0.08 | no | ''",
                "large pictures | media | image=2 | size=big | 0.16 | no | size big",
                "large and fine | media | image=2 | size=big quality=hd | 0.24 | no | size big, quality hd",
                "an unknown size | media | image=2 | size=huge | 0.08 | no | ''",
                "a deep search | media | web_search=2 | search_context=high | 0.1 | no | search_context high",
                "a search | media | web_search=2 | search_context=low | 0.02 | no | ''",
                "a processor for 1.5 seconds | media | gpu_second=1.5 | | 0.001291667 | no | ''",
                "an hour of it | media | gpu_second=3600 | | 3.1 | no | ''",
                "sound of a second: ten at least, in steps of fifteen | media | audio_second=1 | | 0.0015 | no | billed for 1",
                "sound of sixteen seconds | media | audio_second=16 | | 0.003 | no | billed for 16",
                "no sound is no minimum | media | audio_second=0 | | 0 | no | ''",
                "marginal: at the first number | media | character=10 | | 10 | no | ''",
                "one above | media | character=11 | | 10.5 | no | above 10",
                "one above the second | media | character=21 | | 15.25 | no | above 20",
                "marginal tokens, at the number | stepped | input=1000 output=0 | | 0.002 | no | ''",
                "one token above it | stepped | input=1001 output=0 | | 0.002001 | no | above 1000",
                "both in a batch | stepped | input=1001 output=0 | tier=batch | 0.0010005 | no | tier batch; above 1000",
                "a call that is dearer in a tier | stepped | web_search=1 | tier=priority | 0.02 | no | tier priority",
                "a call that is not | stepped | web_search=1 | tier=batch | 0.01 | no | ''",
                "a second before hours of one day | stepped | output=1000 | at=07:59:59 | 0.008 | no | ''",
                "such hours begin | stepped | output=1000 | at=08:00:00 | 0.004 | no | off-peak × 0.5",
                "their last second | stepped | output=1000 | at=10:59:59 | 0.004 | no | off-peak × 0.5",
                "they are over | stepped | output=1000 | at=11:00:00 | 0.008 | no | ''",
                "a discount | cheap | input=100000 output=0 | | 0.0875 | no | discount 12.5 %",
                "at least so much | cheap | input=1 output=0 | | 0.01 | no | discount 12.5 %",
                "just as much | cheap | input=11429 output=0 | | 0.010000375 | no | discount 12.5 %",
                "free is at least so much, too | cheap | cached_input=5 | | 0.01 | no | discount 12.5 %",
                "nothing is nothing | cheap | input=0 output=0 | | 0 | no | discount 12.5 %",
                "by the minute, exactly | seconds | audio_second=1.001 | | 0.000071739 | no | ''",
                "three times by the minute | seconds | audio_second=3600 | | 0.258 | no | ''",
                "a fee of the provider | mute | file_search=1 | | 0.0025 | no | ''",
                "the card's own before the provider's | mute | web_search=1 | | 0.01 | no | ''",
                "a fee that depends | mute | code_session=1 | kind=large | 0.1 | no | kind large",
            })
    void a_usage_comes_to(
            String story, String model, String usage, String terms, BigDecimal usd, String assumed, String reason) {
        Charge charge = rates(model).explain(Cards.exactUsage(usage), terms(terms), Markup.NONE);
        assertThat(charge.charge()).isEqualTo(Usd.roundUp(usd));
        assertThat(new BigDecimal(charge.charge().toString())).isEqualByComparingTo(usd);
        assertThat(charge.assumed()).isEqualTo(assumed.equals("yes"));
        assertThat(charge.unpriced()).isFalse();
        assertThat(charge.lines().getFirst().reason()).isEqualTo(reason);
        assertThat(charge.sum()).isEqualByComparingTo(usd);
        assertThat(rates(model).amount(Cards.exactUsage(usage), terms(terms), Markup.NONE))
                .isEqualTo(charge.charge());
    }

    @Test
    void a_rate_says_where_it_is_from() {
        Charge charge = rates("cheap").explain(Cards.usage("input=1 cached_input=1"), Terms.STANDARD, Markup.NONE);
        assertThat(charge.lines().get(0).provenance())
                .isEqualTo(new Provenance("https://example.com/pricing", "2026-08-01"));
        assertThat(charge.lines().get(1).provenance()).hasToString("elsewhere, seen 2026-07-01");
        assertThat(charge.adjustments()).extracting(Adjustment::kind).containsExactly(Adjustment.Kind.MINIMUM);
    }

    @Test
    void a_rate_says_by_way_of_what_it_was_seen_and_a_day_of_its_own_is_of_a_place_of_its_own() {
        List<RateCard> cards = RateCardFile.read("own.yaml", """
                        source: https://example.com/pricing
                        seen: 2026-08-01
                        via: a catalogue
                        models:
                          - { model: a, usd_per_million: { input: "1", output: "2", cached_input: "0.1" }, sources: { output: { via: a letter }, cached_input: { seen: 2026-09-01 } } }
                          - { model: b, seen: 2026-10-01, usd_per_million: { input: "1", output: "2" } }
                        fees: [ { provider: x, usd_each: { web_search: "0.01" }, via: a call } ]
                        """).cards();
        Provenance seen = cards.get(0).provenance(UnitClass.INPUT);
        assertThat(seen).isEqualTo(new Provenance("https://example.com/pricing", "2026-08-01", "a catalogue"));
        assertThat(seen).hasToString("https://example.com/pricing, seen 2026-08-01 via a catalogue");
        assertThat(cards.get(0).provenance(UnitClass.OUTPUT).via()).isEqualTo("a letter");
        assertThat(cards.get(0).provenance(UnitClass.CACHED_INPUT))
                .isEqualTo(new Provenance("https://example.com/pricing", "2026-09-01"));
        assertThat(cards.get(1).provenance(UnitClass.INPUT))
                .hasToString("https://example.com/pricing, seen 2026-10-01");
    }

    @Test
    void a_class_has_a_price_under_some_terms_only() {
        ModelRates mute = rates("mute");
        assertThat(mute.prices(UnitClass.CODE_SESSION)).isFalse();
        assertThat(mute.prices(UnitClass.CODE_SESSION, terms("kind=large"))).isTrue();
        assertThat(mute.prices(UnitClass.CODE_SESSION, terms("kind=small"))).isFalse();
        assertThat(mute.prices(UnitClass.OUTPUT)).isFalse();
        Tally tally = new Tally();
        mute.charge(Cards.usage("input=5 code_session=1"), Terms.STANDARD, Markup.NONE, tally);
        assertThat(tally.unpriced()).isTrue();
        assertThat(tally.costNano()).isEqualTo(5_000);
        mute.charge(Cards.usage("input=5"), Terms.STANDARD, Cards.percent("100"), tally);
        assertThat(tally.unpriced()).isFalse();
        assertThat(tally.chargeNano()).isEqualTo(10_000);
        assertThat(mute.rate(UnitClass.CODE_SESSION, 1, Terms.STANDARD)).isNull();
        assertThat(rates("full").rate(UnitClass.OUTPUT, 1001, terms("tier=default")))
                .isNotNull()
                .extracting(line -> line.rate().toString())
                .isEqualTo("12 usd_per_million");
    }

    @Test
    void the_worst_case_covers_every_hour_and_the_fee_of_a_request() {
        ModelRates full = rates("full");
        assertThat(full.worstCase(1000, 1000, terms("at=17:00:00"), Markup.NONE))
                .isEqualTo(Usd.parse("0.012"));
        assertThat(full.worstCase(1001, 0, terms("tier=batch region=eu"), Markup.NONE))
                .isEqualTo(Usd.parse("0.0044044").minus(Usd.ZERO));
        RateCard asks = RateCard.named("asks")
                .rates(Map.of(
                        UnitClass.INPUT, Rate.perMillion("1"),
                        UnitClass.OUTPUT, Rate.perMillion("1"),
                        UnitClass.REQUEST, Rate.each("0.005")))
                .variants(List.of(new Variant(
                        Map.of(Attribute.SEARCH_CONTEXT, "high"), Map.of(UnitClass.REQUEST, Rate.each("0.012")))))
                .build();
        ModelRates rates = new ModelRates(asks);
        assertThat(rates.worstCase(1000, 1000, Terms.STANDARD, Markup.NONE)).isEqualTo(Usd.parse("0.014"));
        assertThat(rates.outputTokensAffordable(Usd.parse("0.014"), 1000, Terms.STANDARD, Markup.NONE))
                .isEqualTo(1000);
        Usage counted = rates.countingRequest(Cards.usage("input=1"));
        assertThat(counted.units(UnitClass.REQUEST)).isEqualTo(1);
        assertThat(rates.countingRequest(counted)).isSameAs(counted);
        assertThat(rates.countingRequest(Usage.NONE)).isSameAs(Usage.NONE);
        assertThat(full.countingRequest(counted)).isSameAs(counted);
    }

    @Test
    void half_price_batches_are_known_of_some_providers() {
        RateCard card = RateCard.named("m")
                .provider("anthropic")
                .rates(Cards.perMillion("input=3 output=15"))
                .build();
        Charge charge =
                new ModelRates(card).explain(Cards.usage("input=1000 output=0"), terms("tier=batch"), Markup.NONE);
        assertThat(charge.charge()).isEqualTo(Usd.parse("0.0015"));
        assertThat(charge.lines().getFirst().reason()).isEqualTo("batch: half, as anthropic says of all models");
        Charge other = new ModelRates(card.edit().provider("groq").build())
                .explain(Cards.usage("input=1000 output=0"), terms("tier=batch"), Markup.NONE);
        assertThat(other.charge()).isEqualTo(Usd.parse("0.003"));
        assertThat(other.assumed()).isTrue();
    }

    @Test
    void rates_with_more_decimals_than_grains_are_exact() {
        RateCard card = RateCard.named("m")
                .rates(Map.of(UnitClass.AUDIO_SECOND, Rate.each("0.000283333333333333")))
                .build();
        Usage hour = Usage.builder().set(UnitClass.AUDIO_SECOND, 3600).build();
        assertThat(new ModelRates(card).amount(hour, Terms.STANDARD, Markup.NONE))
                .isEqualTo(Usd.parse("1.02"));
    }

    @Test
    void a_fixed_markup_is_for_requests_that_used_something() {
        Markup markup = Cards.percent("10").plusFixed(Usd.parse("0.5"));
        ModelRates mute = rates("mute");
        assertThat(mute.amount(Cards.usage("input=1000000"), Terms.STANDARD, markup))
                .isEqualTo(Usd.parse("1.6"));
        Charge charge = mute.explain(Cards.usage("input=1000000"), Terms.STANDARD, markup);
        assertThat(charge.sum()).isEqualByComparingTo("1.6");
        assertThat(charge.adjustments())
                .extracting(each ->
                        each.kind() + " " + each.reason() + " " + each.usd().toPlainString())
                .containsExactly("MARKUP 10 % of cost 0.1", "FIXED a request 0.500000000");
        assertThat(mute.amount(Cards.usage("input=0"), Terms.STANDARD, markup)).isEqualTo(Usd.ZERO);
        assertThat(markup).hasToString("10 % + 0.50 USD").isNotEqualTo(Cards.percent("10"));
    }

    @Test
    void several_models_in_one_charge_are_rounded_once() {
        ModelRates seconds = rates("seconds");
        Usage third = Cards.exactUsage("audio_second=0.001");
        Charge both = Explanation.of(
                List.of(new Share(seconds, third), new Share(seconds, third)), Terms.STANDARD, Markup.NONE);
        assertThat(both.charge().nano()).isEqualTo(144);
        assertThat(seconds.amount(third, Terms.STANDARD, Markup.NONE).nano()).isEqualTo(72);
        assertThat(both.sum()).isEqualByComparingTo("0.000000144");
    }
}
