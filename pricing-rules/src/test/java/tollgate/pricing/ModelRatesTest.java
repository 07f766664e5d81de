package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelRatesTest {
    private static final int ROUNDS = Integer.getInteger("tollgate.rounds", 20_000);
    private static final long SEED = Long.getLong("tollgate.seed", 20261124);

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "input and output,              input=2.50 cached_input=1.25 output=10, input=1200 output=250,         0, 5500000, 5500000",
        "a cached share,                input=2.50 cached_input=1.25 output=10, input=200 cached_input=1000 output=250, 0, 4250000, 4250000",
        "cached without a price,        input=2.50 output=10,                   cached_input=1000 output=0,    0, 2500000, 2500000",
        "an explicit zero is a price,   input=2.50 cached_input=0 output=10,    cached_input=1000 output=0,    0, 0, 0",
        "one token below a nano,        input=0.0001 output=1,                  input=1 output=0,              0, 1, 1",
        "nine tokens below a nano,      input=0.0001 output=1,                  input=9 output=0,              0, 1, 1",
        "eleven just above a nano,      input=0.0001 output=1,                  input=11 output=0,             0, 2, 2",
        "two halves are rounded once,   input=0.0005 output=0.0005,             input=1 output=1,              0, 1, 1",
        "a seven token embedding,       input=0.02 output=0,                    input=7 output=0,              0, 140, 140",
        "markup before rounding,        input=0.0005 output=0.0005,             input=1 output=1,             10, 1, 2",
        "a third decimal of markup,     input=2.50 output=10,                   input=1200 output=250,    12.345, 5500000, 6178975",
        "nothing used,                  input=2.50 output=10,                   input=0 output=0,             25, 0, 0",
        "reasoning as output,           input=1 output=8,                       input=0 output=10 reasoning_output=90, 0, 800000, 800000",
        "reasoning apart,               input=1 output=8 reasoning_output=16,   input=0 output=10 reasoning_output=90, 0, 1520000, 1520000",
    })
    void a_usage_comes_to(String story, String rates, String usage, BigDecimal markup, long cost, long charge) {
        Charge charged = Cards.model(rates).explain(Cards.usage(usage), Terms.STANDARD, Markup.percent(markup));
        assertThat(charged.cost().nano()).isEqualTo(cost);
        assertThat(charged.charge().nano()).isEqualTo(charge);
        assertThat(charged.unpriced()).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "at the threshold,                 input=272000 output=10,                  27210000000",
        "one above: the answer too,        input=272001 output=10,                  54415200000",
        "cached tokens count towards it,   input=1 cached_input=272000 output=0,    5440200000",
        "the highest threshold passed,     input=500001 output=0,                   150000300000",
    })
    void a_long_prompt_is_priced_whole_by_the_upper_rates(String story, String usage, long nano) {
        ModelRates rates = Cards.model(
                "input=100 cached_input=10 output=1000",
                272_000,
                "input=200 cached_input=20 output=1500",
                500_000,
                "input=300 cached_input=30 output=2000");
        assertThat(rates.amount(Cards.usage(usage), Terms.STANDARD, Markup.NONE).nano())
                .isEqualTo(nano);
    }

    @Test
    void lines_are_exact_and_name_the_rates_used() {
        Charge charge = Cards.model("input=0.125 output=10")
                .explain(Cards.usage("input=3 image=2 output=0"), Terms.STANDARD, Cards.percent("10"));
        assertThat(charge.lines())
                .containsExactly(
                        line(UnitClass.INPUT, 3, Rate.perMillion("0.125"), "0.000000375", false),
                        line(UnitClass.OUTPUT, 0, Rate.perMillion("10"), "0", false),
                        line(UnitClass.IMAGE, 2, Rate.each("0"), "0", true));
        assertThat(charge.unpriced()).isTrue();
        assertThat(charge.cost().nano()).isEqualTo(375);
        assertThat(charge.charge().nano()).isEqualTo(413);
    }

    private static ChargeLine line(UnitClass unit, long units, Rate rate, String subtotal, boolean unpriced) {
        return new ChargeLine(
                unit,
                BigDecimal.valueOf(units),
                rate,
                new BigDecimal(subtotal),
                unpriced,
                unpriced ? "no rate" : "",
                false,
                new Provenance("a test", "2026-08-01"));
    }

    @ParameterizedTest
    @CsvSource({
        "input=9000000000001 output=0",
        "input=9223372036854775807 output=0",
        "input=9223372036854775807 output=9223372036854775807"
    })
    void an_amount_past_the_range_is_refused_and_can_be_asked_beforehand(String text) {
        ModelRates rates = Cards.model("input=1 output=1");
        Usage usage = Cards.usage(text);
        assertThat(rates.chargeable(usage, Terms.STANDARD, Markup.NONE)).isFalse();
        assertThatThrownBy(() -> rates.amount(usage, Terms.STANDARD, Markup.NONE))
                .isInstanceOf(ArithmeticException.class);
        assertThat(rates.chargeable(Cards.usage("input=9000000000000 output=0"), Terms.STANDARD, Markup.NONE))
                .isTrue();
        assertThat(rates.chargeable(Cards.usage("input=9000000000000 output=0"), Terms.STANDARD, Cards.percent("1")))
                .isFalse();
    }

    @Test
    void charges_agree_with_plain_decimal_arithmetic_and_never_pass_the_worst_case() {
        Random random = new Random(SEED);
        UnitClass[] classes = {
            UnitClass.INPUT,
            UnitClass.CACHED_INPUT,
            UnitClass.CACHE_WRITE_1H,
            UnitClass.OUTPUT,
            UnitClass.REASONING_OUTPUT
        };
        for (int round = 0; round < ROUNDS; round++) {
            String base = randomRates(random, classes);
            ModelRates rates = random.nextBoolean()
                    ? Cards.model(base)
                    : Cards.model(base, 1 + random.nextInt(2000), randomRates(random, classes));
            Markup markup =
                    Markup.percent(BigDecimal.valueOf(random.nextInt(20_000_000) / (1 + random.nextInt(99)), 4));
            Usage.Builder builder = Usage.builder();
            for (UnitClass unit : classes) {
                builder.set(unit, random.nextInt(1 << random.nextInt(20)));
            }
            Usage usage = builder.build();
            String story = "seed " + SEED + " round " + round + ": " + rates.card() + " " + usage + " " + markup;

            Charge charge = rates.explain(usage, Terms.STANDARD, markup);
            assertThat(rates.amount(usage, Terms.STANDARD, markup)).as(story).isEqualTo(charge.charge());
            assertThat(charge.sum())
                    .as(story)
                    .isEqualByComparingTo(charge.charge().toString());
            BigDecimal sum = charge.lines().stream().map(ChargeLine::subtotal).reduce(BigDecimal.ZERO, BigDecimal::add);
            BigDecimal factor = BigDecimal.ONE.add(markup.percent().movePointLeft(2));
            assertThat(charge.cost()).as(story).isEqualTo(Usd.roundUp(sum));
            assertThat(charge.charge()).as(story).isEqualTo(Usd.roundUp(sum.multiply(factor)));

            long inputBound = usage.inputTokens() + random.nextInt(1000);
            long outputBound = usage.outputTokens() + random.nextInt(1000);
            Usd worst = rates.worstCase(inputBound, outputBound, Terms.STANDARD, markup);
            assertThat(charge.charge()).as(story).isLessThanOrEqualTo(worst);
            Usage plain = Usage.builder()
                    .set(UnitClass.INPUT, inputBound)
                    .set(UnitClass.OUTPUT, outputBound)
                    .build();
            assertThat(rates.accrued(inputBound, outputBound, Terms.STANDARD, markup))
                    .as(story)
                    .isEqualTo(rates.amount(plain, Terms.STANDARD, markup));

            Usd amount = new Usd(worst.nano() * random.nextInt(200) / 100);
            long affordable = rates.outputTokensAffordable(amount, inputBound, Terms.STANDARD, markup);
            if (affordable == -1) {
                assertThat(rates.worstCase(inputBound, 0, Terms.STANDARD, markup))
                        .as(story)
                        .isGreaterThan(amount);
            } else if (affordable < Long.MAX_VALUE) {
                assertThat(rates.worstCase(inputBound, affordable, Terms.STANDARD, markup))
                        .as(story)
                        .isLessThanOrEqualTo(amount);
                assertThat(rates.worstCase(inputBound, affordable + 1, Terms.STANDARD, markup))
                        .as(story)
                        .isGreaterThan(amount);
            } else {
                assertThat(rates.worstCase(inputBound, 1L << 40, Terms.STANDARD, markup))
                        .as(story)
                        .isLessThanOrEqualTo(amount);
            }
        }
    }

    private static String randomRates(Random random, UnitClass... classes) {
        StringBuilder text = new StringBuilder();
        for (UnitClass unit : classes) {
            BigDecimal rate = random.nextInt(20) == 0
                    ? BigDecimal.ZERO
                    : BigDecimal.valueOf(random.nextLong(1L << random.nextInt(40)), random.nextInt(10))
                            .min(BigDecimal.valueOf(1000));
            text.append(unit.wireName())
                    .append('=')
                    .append(rate.toPlainString())
                    .append(' ');
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1000, 1_000_000, 1L << 40, 1L << 52})
    void the_meter_agrees_with_the_charge_at_any_size(long tokens) {
        ModelRates rates = Cards.model("input=0.05 output=0.4");
        for (String percent : new String[] {"0", "0.0001", "12.5", "799.9999", "800.0001", "10000"}) {
            Usage usage = Usage.builder()
                    .set(UnitClass.INPUT, tokens)
                    .set(UnitClass.OUTPUT, tokens)
                    .build();
            Markup markup = Cards.percent(percent);
            if (rates.chargeable(usage, Terms.STANDARD, markup)) {
                assertThat(rates.accrued(tokens, tokens, Terms.STANDARD, markup))
                        .isEqualTo(rates.amount(usage, Terms.STANDARD, markup));
            } else {
                assertThatThrownBy(() -> rates.accrued(tokens, tokens, Terms.STANDARD, markup))
                        .isInstanceOf(ArithmeticException.class);
            }
        }
    }

    @Test
    void what_is_affordable_is_the_last_token_that_fits() {
        ModelRates rates = Cards.model("input=1 output=10");
        assertThat(rates.outputTokensAffordable(new Usd(110_000), 10, Terms.STANDARD, Markup.NONE))
                .isEqualTo(10);
        assertThat(rates.outputTokensAffordable(new Usd(109_999), 10, Terms.STANDARD, Markup.NONE))
                .isEqualTo(9);
        assertThat(rates.outputTokensAffordable(new Usd(10_000), 10, Terms.STANDARD, Markup.NONE))
                .isZero();
        assertThat(rates.outputTokensAffordable(new Usd(9_999), 10, Terms.STANDARD, Markup.NONE))
                .isEqualTo(-1);
        assertThat(rates.outputTokensAffordable(new Usd(-1), 0, Terms.STANDARD, Markup.NONE))
                .isEqualTo(-1);
        assertThat(Cards.model("input=1 output=0")
                        .outputTokensAffordable(new Usd(10_000), 10, Terms.STANDARD, Markup.NONE))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(rates.worstCase(Long.MAX_VALUE, Long.MAX_VALUE, Terms.STANDARD, Markup.NONE))
                .isEqualTo(new Usd(Usd.MAX_NANO));
    }

    @Test
    void another_figure_is_another_price_version_and_the_same_figures_are_not() {
        String version = Cards.model("input=1 output=10").priceVersion();
        assertThat(version).startsWith("2026-08-01/");
        assertThat(Cards.model("input=1.00 output=10.0").priceVersion()).isEqualTo(version);
        assertThat(Cards.model("input=1 output=11").priceVersion()).isNotEqualTo(version);
        assertThat(Cards.model("input=1 output=10", 10, "input=1 output=10").priceVersion())
                .isNotEqualTo(version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-0.0001", "10000.0001", "0.00001"})
    void a_markup_out_of_range_or_too_fine_is_refused(String percent) {
        assertThatThrownBy(() -> Cards.percent(percent))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("markup_percent: " + percent);
    }
}
