package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who pays more than things cost: by customer, plan and model, from rate card files. */
final class MarkupRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");

    private static final String MARKUPS = """
            markups:
              - { model: "gpt-*", percent: "5" }
              - { model: "gpt-4o*", percent: "5.5" }
              - { model: gpt-4o, percent: "6", fixed_usd: "0.000000001" }
              - { plan: gold, percent: "7" }
              - { plan: gold, model: gpt-4o, fixed_usd: "0.002", note: tried in spring }
              - { customer: o_acme, percent: "0" }
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
        "nobody in particular pays what all pay,      other,  ,     claude-opus-4-5, 3",
        "a model's beginning,                         other,  ,     gpt-5,           5",
        "the longer of two beginnings,                other,  ,     gpt-4o-mini,     5.5",
        "a model's whole name before a beginning,     other,  ,     gpt-4o,          6 + 0.000000001",
        "another name of a model is that model,       other,  ,     gpt-4o-2024-08-06, 6 + 0.000000001",
        "a plan before a model,                       other,  gold, gpt-5,           7",
        "a plan and a model before a plan,            other,  gold, gpt-4o,          0 + 0.002",
        "a customer before plan and model,            o_acme, gold, gpt-4o,          0",
        "a plan that no rule names pays what all pay, other,  tin,  claude-opus-4-5, 3",
    })
    void the_rule_that_names_most_sets_the_markup(
            String story, String customer, @Nullable String plan, String model, String markup) throws IOException {
        RateBook book = book(MARKUPS).withMarkup(Markup.percent(new BigDecimal("3")));
        ModelRates rates = ((Resolution.Priced) book.resolve(model, NOW)).rates();
        String[] parts = markup.split(" \\+ ", -1);
        Markup expected = Markup.percent(new BigDecimal(parts[0]));
        assertThat(book.markup(new Buyer(customer, plan), rates))
                .isEqualTo(parts.length == 1 ? expected : expected.plusFixed(Usd.parse(parts[1])));
    }

    @Test
    void a_book_knows_the_plans_that_its_markups_name_and_everybody_may_have_none() throws IOException {
        RateBook book = book(MARKUPS, "markups: [{ plan: tin, percent: '1' }]");
        assertThat(book.sells(null)).isTrue();
        assertThat(book.sells("gold")).isTrue();
        assertThat(book.sells("tin")).isTrue();
        assertThat(book.sells("Gold")).isFalse();
        assertThat(book.sells("o_acme")).isFalse();
        assertThat(RateBook.builtIn().sells("gold")).isFalse();
    }

    @Test
    void markups_are_the_same_where_percent_and_fixed_sum_are_and_go_up_to_a_thousand_dollars() {
        Markup one = Cards.percent("5.50").plusFixed(Usd.parse("1000"));
        assertThat(one).isEqualTo(Cards.percent("5.5").plusFixed(Usd.parse("1000.00")));
        assertThat(Set.of(one)).contains(Cards.percent("5.5").plusFixed(Usd.parse("1000.00")));
        assertThat(one).isNotEqualTo(Cards.percent("5.5").plusFixed(Usd.parse("999.999999999")));
        assertThat(one).isNotEqualTo(Cards.percent("5.4999").plusFixed(Usd.parse("1000")));
        assertThat(Cards.percent("10000").plusFixed(Usd.ZERO)).isEqualTo(Cards.percent("10000"));
    }

    @Test
    void a_later_file_says_otherwise_about_the_same() throws IOException {
        RateBook book = book(MARKUPS, "markups: [{ plan: gold, percent: \"9\" }]");
        ModelRates rates = ((Resolution.Priced) book.resolve("gpt-5", NOW)).rates();
        assertThat(book.markup(new Buyer("o", "gold"), rates).percent()).isEqualByComparingTo("9");
        assertThat(book.markups().plans()).containsExactly("gold");
    }

    @Test
    void a_rule_may_be_about_whatever_unknown_models_are_priced_by_and_models_of_its_own_file() throws IOException {
        RateBook book = book("""
                provider: house
                source: a contract
                seen: 2026-11-25
                models: [{ model: house-7b, usd_per_million: { input: "1", output: "2" } }]
                markups: [{ model: house-7b, percent: "20" }]
                """);
        ModelRates rates = ((Resolution.Priced) book.resolve("house-7b", NOW)).rates();
        assertThat(book.markup(Buyer.ANYBODY, rates).percent()).isEqualByComparingTo("20");
        assertThat(RateBook.of(List.of()).markup(Buyer.ANYBODY, rates)).isEqualTo(Markup.NONE);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "for everybody         | { percent: '5' }                               | 2: for everybody and everything",
                "of nothing            | { plan: gold }                                 | 2: no markup (expected: percent, fixed_usd or both)",
                "below nothing         | { plan: gold, percent: '-5' }                  | 2: percent: '-5' (expected: digits",
                "in exponent notation  | { plan: gold, percent: 1e1 }                   | 2: percent: '1e1' (expected: digits",
                "not a number          | { plan: gold, percent: .nan }                  | 2: percent: '.nan' (expected: digits",
                "too much              | { plan: gold, percent: '10001' }               | 2: markup_percent: 10001 (expected: 0..10000",
                "too fine              | { plan: gold, percent: '0.00001' }             | 2: markup_percent: 0.00001 (expected: 0..10000 with up to 4",
                "a fixed sum too fine  | { plan: gold, fixed_usd: '0.0000000001' }      | 2: fixed_usd: '0.0000000001' (expected: dollars with up to 9",
                "a fixed sum too large | { plan: gold, fixed_usd: '1001' }              | 2: markup_fixed: 1001.00 (expected: 0..1000)",
                "no name of a plan     | { plan: 'my plan', percent: '5' }              | 2: plan: 'my plan' (expected: a name",
                "a star in the middle  | { model: 'gpt*4o', percent: '5' }              | 2: model: 'gpt*4o' (expected: a model",
                "an unknown field      | { plan: gold, percnt: '5' }                    | 2: unknown field 'percnt' (expected: percent)",
                "no field but null     | { plan: gold, percent: }                       | 2: percent: nothing (expected: a plain value)",
                "a model's other name  | { model: gpt-4o-2024-08-06, percent: '5' }     | 2: model: 'gpt-4o-2024-08-06' is no card's own name (expected: 'gpt-4o')",
                "a model misspelt      | { model: claude-opus-4-55, percent: '5' }      | 2: model: 'claude-opus-4-55' is no card's own name (expected: 'claude-opus-4-5')",
                "the beginning of none | { model: 'gtp-*', percent: '5' }               | 2: model: 'gtp-*' is no card's own name (expected:",
                "the same twice        | { plan: a, percent: '5' }\\n- { plan: a, fixed_usd: '1' } | 3: a markup of the same is at",
            })
    void a_markup_that_cannot_be_is_refused_with_its_line(String story, String rule, String complaint) {
        assertThatThrownBy(() -> book("markups:\n- " + rule.replace("\\n", "\n") + "\n"))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageContaining("0.yaml:" + complaint);
    }

    @ParameterizedTest
    @CsvSource({"plans", "free_quotas", "credits"})
    void what_has_another_name_here_is_refused_and_not_ignored(String key) {
        assertThatThrownBy(() -> book("markups: [{ plan: a, percent: '5' }]\n" + key + ": [{ plan: a }]\n"))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageContaining("0.yaml:2: " + key + ": no such list")
                .hasMessageContaining("(expected: markups, bundles, volume_tiers;");
    }
}
