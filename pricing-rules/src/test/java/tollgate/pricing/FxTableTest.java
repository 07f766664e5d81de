package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FxTableTest {
    private static final LocalDate AUGUST = LocalDate.parse("2026-08-01");
    private final FxTable table = new FxTable(List.of(
            new FxTable.Quote("EUR", new BigDecimal("0.9213"), AUGUST, "ECB"),
            new FxTable.Quote("EUR", new BigDecimal("0.9"), AUGUST.plusDays(1), "ECB"),
            new FxTable.Quote("JPY", new BigDecimal("150.5"), AUGUST, "ECB")));

    @Test
    void a_figure_is_converted_exactly_and_says_by_which_rate() {
        FxTable.Converted euros = table.fromUsd(Usd.parse("0.000000001"), "EUR", AUGUST);
        assertThat(euros.amount()).isEqualByComparingTo("0.0000000009213");
        assertThat(table.fromUsd(Usd.parse("1"), "eur", AUGUST))
                .hasToString("0.92 EUR (0.9213 a dollar, ECB, 2026-08-01)");
        assertThat(table.fromUsd(Usd.parse("1.01"), "JPY", AUGUST).shown()).isEqualByComparingTo("152");
    }

    @Test
    void the_last_rate_before_a_day_applies_and_none_before_the_first() {
        assertThat(table.fromUsd(Usd.parse("1"), "EUR", AUGUST.plusDays(9)).amount())
                .isEqualByComparingTo("0.9");
        assertThat(table.quote("EUR", AUGUST.minusDays(1))).isNull();
        assertThatThrownBy(() -> table.fromUsd(Usd.ZERO, "EUR", AUGUST.minusDays(1)))
                .hasMessage("no rate of exchange for EUR on 2026-07-31 (expected: one of that day or before)");
        assertThatThrownBy(() -> table.fromUsd(Usd.ZERO, "CHF", AUGUST)).hasMessageContaining("CHF");
    }

    @Test
    void no_more_is_credited_than_was_paid() {
        assertThat(table.toUsd(new BigDecimal("9.213"), "EUR", AUGUST)).isEqualTo(Usd.parse("10"));
        assertThat(table.toUsd(new BigDecimal("1"), "EUR", AUGUST)).isEqualTo(Usd.parse("1.085422772"));
        assertThatThrownBy(() -> table.toUsd(new BigDecimal("-1"), "EUR", AUGUST))
                .hasMessage("amount: -1 (expected: at least 0)");
    }

    @Test
    void figures_at_the_ends_of_their_range_are_taken() {
        FxTable fine = new FxTable(List.of(
                new FxTable.Quote("AAA", new BigDecimal("0.000000000001"), AUGUST, "here"),
                new FxTable.Quote("BBB", new BigDecimal("123456789012.123456789012"), AUGUST, "here")));
        assertThat(fine.toUsd(BigDecimal.ZERO, "AAA", AUGUST)).isEqualTo(Usd.ZERO);
        assertThat(fine.toUsd(new BigDecimal("0.000000000001"), "AAA", AUGUST)).isEqualTo(Usd.parse("1"));
        assertThat(fine.toUsd(new BigDecimal("123456789012.123456789012"), "BBB", AUGUST))
                .isEqualTo(Usd.parse("1"));
        assertThatThrownBy(() -> new FxTable.Quote("AAA", new BigDecimal("0.0000000000001"), AUGUST, "here"))
                .hasMessageContaining("up to 12 decimals");
    }

    @Test
    void a_table_that_contradicts_itself_or_is_from_nowhere_is_refused() {
        FxTable.Quote quote = new FxTable.Quote("EUR", BigDecimal.ONE, AUGUST, "ECB");
        assertThatThrownBy(() -> new FxTable(List.of(quote, quote))).hasMessageContaining("two rates of 2026-08-01");
        assertThatThrownBy(() -> new FxTable.Quote("euro", BigDecimal.ONE, AUGUST, "ECB"))
                .hasMessageContaining("three letters");
        assertThatThrownBy(() -> new FxTable.Quote("EUR", BigDecimal.ZERO, AUGUST, "ECB"))
                .hasMessageContaining("above 0");
        assertThatThrownBy(() -> new FxTable.Quote("EUR", BigDecimal.ONE, AUGUST, " "))
                .hasMessageContaining("no source");
    }
}
