package tollgate.pricing;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads rates of exchange from a YAML file. Stateless and thread-safe.
 *
 * <pre>{@code
 * source: https://www.ecb.europa.eu/stats/eurofxref
 * rates:
 *   - { currency: EUR, per_usd: "0.8605", day: 2026-11-27 }
 * }</pre>
 */
public final class FxTableFile {
    private static final List<String> FILE = List.of("source", "note", "rates");
    private static final List<String> RATE = List.of("currency", "per_usd", "day", "source", "note");

    private FxTableFile() {}

    /**
     * What a file states.
     *
     * @throws InvalidRateCard when it cannot be read or used; it names the line
     */
    public static FxTable read(Path path) {
        return read(path.toString(), RateCardFile.contents(path));
    }

    /**
     * What a text states.
     *
     * @param file how complaints call it
     * @throws InvalidRateCard when it cannot be used; it names the line
     */
    public static FxTable read(String file, String text) {
        YamlFields fields = new YamlFields(file, RateCardFile.document(file, text, "rates"), FILE);
        List<FxTable.Quote> quotes = new ArrayList<>();
        for (Node node : fields.items("rates")) {
            quotes.add(quote(new YamlFields(file, node, RATE, fields)));
        }
        if (quotes.isEmpty()) {
            throw fields.invalid("no rates (expected: at least one)");
        }
        return RatesReader.checked(fields, () -> new FxTable(quotes));
    }

    private static FxTable.Quote quote(YamlFields rate) {
        String currency = rate.text("currency");
        if (Currency.getAvailableCurrencies().stream()
                .noneMatch(known -> known.getCurrencyCode().equals(currency))) {
            throw rate.invalidField(
                    "currency", "currency: " + YamlFields.quoted(currency) + " (expected: one of ISO 4217, EUR)");
        }
        LocalDate day = day(rate);
        return RatesReader.checked(
                rate, () -> new FxTable.Quote(currency, rate.decimal("per_usd"), day, rate.text("source")));
    }

    private static LocalDate day(YamlFields rate) {
        try {
            return LocalDate.parse(rate.text("day"));
        } catch (DateTimeParseException wrong) {
            InvalidRateCard invalid = rate.invalidField(
                    "day", "day: " + YamlFields.quoted(rate.text("day")) + " (expected: a day, 2026-08-01)");
            invalid.initCause(wrong);
            throw invalid;
        }
    }
}
