package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Less to pay in a month of much: whose, from rate card files, and what it makes of a charge. */
final class VolumeRulesTest {
    private static final String TIERS = """
            volume_tiers:
              - plan: gold
                steps: [{ above_usd: "100", percent_off: "5" }, { above_usd: 1000, percent_off: "12.5" }]
              - customer: o_acme
                steps: [{ above_usd: 0, percent_off: 50 }]
                note: by contract
            """;

    @TempDir
    private Path folder;

    private RateBook book(String text) throws IOException {
        return RateBook.builtIn().with(Files.writeString(folder.resolve("own.yaml"), text));
    }

    @ParameterizedTest(name = "{0} of plan {1} after {2}")
    @CsvSource({
        "other,  ,     5000, 40",
        "other,  tin,  5000, 40",
        "other,  gold, 0,    40",
        "other,  gold, 60,   40",
        "other,  gold, 80,   39",
        "other,  gold, 100,  38",
        "other,  gold, 999,  35.075",
        "other,  gold, 1000, 35",
        "o_acme, gold, 0,    20",
    })
    void the_rule_that_names_most_takes_off_what_is_charged_above_each_step(
            String customer, @Nullable String plan, String before, String expected) throws IOException {
        VolumeTiers tiers = book(TIERS).volume(new Buyer(customer, plan));
        assertThat(tiers.discounted(Usd.parse(before), new BigDecimal("40"))).isEqualByComparingTo(expected);
    }

    @Test
    void a_plan_that_only_volume_tiers_name_is_sold_and_later_files_win() throws IOException {
        RateBook book = book(TIERS);
        assertThat(book.plans()).containsExactly("gold");
        assertThat(book.sells("gold")).isTrue();
        assertThat(book.sells("tin")).isFalse();
        RateBook later = book.with(Files.writeString(
                folder.resolve("later.yaml"),
                "volume_tiers: [{ plan: gold, steps: [{ above_usd: 1, percent_off: 100 }] }]"));
        assertThat(later.volume(new Buyer("x", "gold")).discounted(Usd.parse("1"), BigDecimal.TEN))
                .isEqualByComparingTo("0");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "[{ plan: gold }]                                          | steps",
                "[{ plan: gold, steps: [] }]                               | steps",
                "[{ plan: gold, steps: [{ above_usd: 1 }] }]               | percent_off",
                "[{ plan: gold, steps: [{ percent_off: 1 }] }]             | above_usd",
                "[{ plan: gold, steps: [{ above_usd: -1, percent_off: 1 }] }] | above_usd",
                "[{ plan: gold, steps: [{ above_usd: 1, percent_off: 101 }] }] | 0..100",
                "[{ plan: gold, steps: [{ above_usd: 1, percent_off: 1e1 }] }] | percent_off",
                "[{ plan: gold, steps: [{ above_usd: 2, percent_off: 1 }, { above_usd: 2, percent_off: 2 }] }] | ascending",
                "[{ model: gpt-4o, steps: [{ above_usd: 1, percent_off: 1 }] }] | model",
                "[{ plan: '', steps: [{ above_usd: 1, percent_off: 1 }] }] | plan",
                "[{ steps: [{ above_usd: 1, percent_off: 1 }] }, { steps: [{ above_usd: 2, percent_off: 1 }] }] | already",
            })
    void what_cannot_be_meant_is_refused_with_its_place(String tiers, String expected) {
        assertThatThrownBy(() -> book("volume_tiers: " + tiers))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageContaining("own.yaml:1")
                .hasMessageContaining(expected);
    }

    @Test
    void lines_and_adjustments_sum_to_the_discounted_charge_and_never_to_more_than_without() throws IOException {
        VolumeTiers tiers = book(TIERS).volume(new Buyer("x", "gold"));
        RateBook book = RateBook.builtIn();
        ModelRates rates = ((Resolution.Priced) book.resolve("gpt-4o", Instant.parse("2026-11-28T00:00:00Z"))).rates();
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            Usage usage = Usage.builder()
                    .set(UnitClass.INPUT, random.nextInt(3_000_000))
                    .set(UnitClass.OUTPUT, random.nextInt(3_000_000))
                    .build();
            Markup markup = Markup.percent(new BigDecimal(random.nextInt(100)));
            Charge without = rates.explain(usage, Terms.STANDARD, markup);
            Usd before = new Usd(random.nextLong(2_000_000_000_000L));
            Charge with = tiers.discounted(before, without);
            assertThat(with.sum())
                    .isEqualByComparingTo(BigDecimal.valueOf(with.charge().nano(), 9));
            assertThat(with.charge()).isLessThanOrEqualTo(without.charge());
            assertThat(with.charge().nano())
                    .isGreaterThanOrEqualTo(without.charge().nano() * 875 / 1000);
            assertThat(with.cost()).isEqualTo(without.cost());
            if (before.plus(without.charge()).compareTo(Usd.parse("100")) <= 0) {
                assertThat(with).isEqualTo(without);
            }
        }
    }
}
