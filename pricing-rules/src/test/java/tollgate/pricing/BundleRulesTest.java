package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.pricing.plan.Bundle;
import tollgate.pricing.plan.Plan;

/** Tokens that are paid for already: whose, from rate card files, and what they leave to be charged. */
final class BundleRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-28T00:00:00Z");
    private static final EnumSet<UnitClass> TOKENS = EnumSet.noneOf(UnitClass.class);

    static {
        for (UnitClass unit : UnitClass.values()) {
            if (unit.isToken()) {
                TOKENS.add(unit);
            }
        }
    }

    private static final String BUNDLES = """
            bundles:
              - { name: taste, tokens: 1000, per: lifetime }
              - { name: mini, model: "gpt-4o-mini*", tokens: 5000, per: day }
              - { name: gold, plan: gold, tokens: 1000000, per: month }
              - { name: gold, plan: platinum, tokens: 9000000, per: month }
              - { name: acme, customer: o_acme, plan: gold, model: gpt-4o, tokens: 7, per: week, note: by contract }
            """;

    @TempDir
    private Path folder;

    private RateBook book(String... texts) throws IOException {
        Path[] files = new Path[texts.length];
        for (int i = 0; i < texts.length; i++) {
            files[i] = Files.writeString(folder.resolve(i + ".yaml"), texts[i]);
        }
        return RateBook.builtIn().with(files);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "everybody has what names nobody,     other,  ,         gpt-5,       taste 1000 LIFETIME",
        "a model before nothing,              other,  ,         gpt-4o-mini, mini 5000 DAY",
        "a plan before a model,               other,  gold,     gpt-4o-mini, gold 1000000 MONTH",
        "another plan has another number,     other,  platinum, gpt-4o-mini, gold 9000000 MONTH",
        "a customer before a plan,            o_acme, gold,     gpt-4o,      acme 7 WEEK",
        "all of a rule has to match,          o_acme, tin,      gpt-4o,      taste 1000 LIFETIME",
    })
    void the_rule_that_names_most_says_what_is_paid_for(
            String story, String customer, @Nullable String plan, String model, String expected) throws IOException {
        RateBook book = book(BUNDLES);
        ModelRates rates = ((Resolution.Priced) book.resolve(model, NOW)).rates();
        TokenBundle bundle = Objects.requireNonNull(book.bundle(new Buyer(customer, plan), rates));
        assertThat(bundle.name() + " " + bundle.tokens() + " " + bundle.per()).isEqualTo(expected);
    }

    @Test
    void a_buyer_has_one_count_of_each_name_and_period_and_plans_are_sold_that_only_bundles_name() throws IOException {
        RateBook book = book(BUNDLES, "bundles: [{ name: gold, plan: gold, tokens: 5, per: month }]");
        assertThat(book.bundles().had(new Buyer("o_acme", "gold")))
                .extracting(rule -> rule.bundle().name() + " " + rule.bundle().tokens())
                .containsExactlyInAnyOrder("taste 1000", "mini 5000", "gold 5", "acme 7");
        assertThat(book.plans()).containsExactly("gold", "platinum");
        assertThat(book.sells("platinum")).isTrue();
        assertThat(book.sells("tin")).isFalse();
        assertThat(book.withMarkup(Markup.percent(BigDecimal.ONE)).plans()).hasSize(2);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "no number       | { name: a, per: day }                                  | 2: no 'tokens'",
                "a share         | { name: a, tokens: 1.5, per: day }                     | 2: tokens: '1.5'",
                "below nothing   | { name: a, tokens: -1, per: day }                      | 2: tokens: '-1'",
                "beyond counting | { name: a, tokens: 9000000000000001, per: day }        | 2: a: tokens: 9000000000000001",
                "far beyond      | { name: a, tokens: 1000000000000000000000000000000, per: day } | 2: tokens:",
                "no period       | { name: a, tokens: 1 }                                 | 2: no 'per'",
                "another period  | { name: a, tokens: 1, per: year }                      | 2: per: 'year' (expected: day, week, month, lifetime)",
                "no name         | { tokens: 1, per: day }                                | 2: no 'name'",
                "a name with :   | { name: 'a:b', tokens: 1, per: day }                   | 2: name: 'a:b' (expected: up to 48 letters",
                "what is unknown | { name: a, tokens: 1, per: day, usd: '50' }            | 2: 'usd'",
                "an other model  | { name: a, model: gpt-4o-2024-08-06, tokens: 1, per: day } | 2: model: 'gpt-4o-2024-08-06' is no card's own name",
                "the same twice  | { name: a, tokens: 1, per: day }\\n- { name: b, tokens: 1, per: day } | 3: a bundle of the same is at",
            })
    void a_bundle_that_cannot_be_is_refused_with_its_line(String story, String rule, String complaint) {
        assertThatThrownBy(() -> book("bundles:\n- " + rule.replace("\\n", "\n") + "\n"))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageContaining("0.yaml:" + complaint.substring(0, 2))
                .hasMessageContaining(complaint.substring(complaint.indexOf(' ') + 1));
    }

    /** What is held where so much is paid for covers whatever the request turns out to be. */
    @Test
    void what_bundles_leave_of_any_usage_is_within_the_worst_case() {
        Random random = new Random(28);
        Terms terms = Terms.STANDARD.at(NOW);
        RateBook book = RateBook.builtIn();
        for (String model : List.of("gpt-4o-audio-preview", "gemini-2.5-pro", "claude-sonnet-4-5", "gpt-5.5")) {
            ModelRates rates = ((Resolution.Priced) book.resolve(model, NOW)).rates();
            for (int round = 0; round < 2_000; round++) {
                Markup markup = random.nextBoolean()
                        ? Markup.NONE
                        : Markup.percent(new BigDecimal("12.5")).plusFixed(Usd.parse("0.001"));
                long input = random.nextInt(500_000);
                long output = random.nextInt(50_000);
                long free = random.nextInt(3) == 0 ? input + random.nextInt(60_000) : random.nextInt(600_000);
                Usage usage = usage(random, rates, input, output);
                Plan.Billed billed = new Plan(
                                "",
                                List.of(new Bundle("b", Usd.ZERO, Bundle.Span.MONTH, TOKENS, null, free, null, null)),
                                VolumeTiers.NONE,
                                markup)
                        .bill(rates, usage, terms, Plan.Used.NOTHING);
                long paidInput = Math.max(0, input - free);
                long paidOutput = output - Math.min(output, Math.max(0, free - input));
                Usd worst = rates.worstCase(input, paidInput, paidOutput, terms, markup);
                String story = model + " round " + round + " " + usage + " free " + free;
                assertThat(billed.charge().charge()).as(story).isLessThanOrEqualTo(worst);
                assertThat(billed.charge().sum())
                        .as(story)
                        .isEqualByComparingTo(
                                BigDecimal.valueOf(billed.charge().charge().nano(), 9));
                long affordable = rates.outputTokensAffordable(worst, input, paidInput, terms, markup);
                assertThat(affordable).as(story).isGreaterThanOrEqualTo(paidOutput);
                if (free >= input + output) {
                    assertThat(worst).as(story).isEqualTo(Usd.ZERO);
                }
            }
        }
    }

    private static Usage usage(Random random, ModelRates rates, long input, long output) {
        List<UnitClass> prompt = TOKENS.stream()
                .filter(unit -> unit.isInputToken() && rates.prices(unit))
                .toList();
        List<UnitClass> answer = TOKENS.stream()
                .filter(unit -> unit.isOutputToken() && rates.prices(unit))
                .toList();
        Usage.Builder usage = Usage.builder();
        share(random, usage, prompt, input - (random.nextBoolean() ? 0 : random.nextLong(input + 1)));
        share(random, usage, answer, output - (random.nextBoolean() ? 0 : random.nextLong(output + 1)));
        return usage.build();
    }

    private static void share(Random random, Usage.Builder usage, List<UnitClass> classes, long count) {
        long part = random.nextLong(count + 1);
        usage.add(classes.get(random.nextInt(classes.size())), part);
        usage.add(classes.get(random.nextInt(classes.size())), count - part);
    }
}
