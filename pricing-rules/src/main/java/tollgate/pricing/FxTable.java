package tollgate.pricing;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Dated, sourced rates of exchange, for showing and funding in other currencies than the wallets' US dollar. Immutable.
 *
 * <p>A conversion is exact: the product of two decimals; where it is shown in the currency's own places, the rounding is
 * stated, and money that is credited is never rounded up.
 */
public final class FxTable {
    /**
     * One rate.
     *
     * @param currency ISO 4217: {@code EUR}
     * @param perUsd units of the currency for one US dollar
     * @param day the first day it applies to
     * @param source where it is from
     */
    public record Quote(String currency, BigDecimal perUsd, LocalDate day, String source) {
        /** Checks the currency and the rate. */
        public Quote {
            if (!currency.matches("[A-Z]{3}")) {
                throw new IllegalArgumentException("currency: '" + currency + "' (expected: three letters, EUR)");
            }
            if (perUsd.signum() <= 0 || perUsd.stripTrailingZeros().scale() > 12 || perUsd.precision() > 24) {
                throw new IllegalArgumentException(
                        currency + ": " + perUsd + " for a dollar (expected: above 0, up to 12 decimals)");
            }
            if (source.isBlank()) {
                throw new IllegalArgumentException(currency + ": no source (expected: where the rate is from)");
            }
        }
    }

    /**
     * A figure in another currency, with the rate it was made by.
     *
     * @param amount exact
     * @param shown in the currency's own places
     * @param quote the rate
     */
    public record Converted(BigDecimal amount, BigDecimal shown, Quote quote) {
        /** As people read it: {@code 0.92 EUR (0.9213 a dollar, ECB, 2026-08-01)}. */
        @Override
        public String toString() {
            return shown.toPlainString() + " " + quote.currency() + " ("
                    + quote.perUsd().toPlainString() + " a dollar, " + quote.source() + ", " + quote.day() + ")";
        }
    }

    private static final int MOST_PLACES = 9;

    private final NavigableMap<String, NavigableMap<LocalDate, Quote>> quotes = new TreeMap<>();

    /**
     * A table of these rates.
     *
     * @throws IllegalArgumentException when two are of one currency and day
     */
    public FxTable(List<Quote> quotes) {
        for (Quote quote : quotes) {
            Quote other = this.quotes
                    .computeIfAbsent(quote.currency, any -> new TreeMap<>())
                    .put(quote.day, quote);
            if (other != null) {
                throw new IllegalArgumentException(quote.currency + ": two rates of " + quote.day + " (expected: one)");
            }
        }
    }

    /** The rate in force on a day: the last one before it; null: none is known. */
    public @Nullable Quote quote(String currency, LocalDate day) {
        NavigableMap<LocalDate, Quote> dated = quotes.get(currency.toUpperCase(Locale.ROOT));
        var found = dated == null ? null : dated.floorEntry(day);
        return found == null ? null : found.getValue();
    }

    /**
     * Dollars in another currency.
     *
     * @throws IllegalArgumentException when no rate is known for the day
     */
    public Converted fromUsd(Usd usd, String currency, LocalDate day) {
        Quote quote = needed(currency, day);
        BigDecimal amount = new BigDecimal(usd.toString()).multiply(quote.perUsd);
        int places = Currency.getInstance(quote.currency).getDefaultFractionDigits();
        return new Converted(amount, amount.setScale(Math.max(0, places), RoundingMode.HALF_EVEN), quote);
    }

    /**
     * What money paid in another currency is in dollars: down to the nano-dollar, so that no more is credited than was
     * paid.
     *
     * @throws IllegalArgumentException when no rate is known for the day, or the amount is negative
     */
    public Usd toUsd(BigDecimal amount, String currency, LocalDate day) {
        if (amount.signum() < 0) {
            throw new IllegalArgumentException("amount: " + amount.toPlainString() + " (expected: at least 0)");
        }
        Quote quote = needed(currency, day);
        return new Usd(amount.divide(quote.perUsd, MOST_PLACES, RoundingMode.FLOOR)
                .movePointRight(MOST_PLACES)
                .longValueExact());
    }

    private Quote needed(String currency, LocalDate day) {
        Quote quote = quote(currency, day);
        if (quote == null) {
            throw new IllegalArgumentException(
                    "no rate of exchange for " + currency + " on " + day + " (expected: one of that day or before)");
        }
        return quote;
    }
}
