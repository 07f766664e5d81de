package tollgate;

import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import tollgate.pricing.FxTable;
import tollgate.pricing.FxTableFile;
import tollgate.pricing.Usd;

/** The currency in which figures are shown besides dollars. */
final class PriceCurrency {
    @ArgGroup(exclusive = false)
    private @Nullable Asked asked;

    /** What is asked for: both or neither. */
    private static final class Asked {
        @Option(names = "--currency", required = true, paramLabel = "CUR", description = "besides dollars, such as EUR")
        private String currency;

        @Option(
                names = "--fx",
                required = true,
                paramLabel = "FILE",
                description = "rates of exchange: dated, each with its source")
        private Path rates;

        @SuppressWarnings("NullAway.Init") // picocli sets the fields
        Asked() {}
    }

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    PriceCurrency() {}

    /**
     * Puts dollar figures of an answer into the currency, too: exact, with the rate of that moment's day.
     *
     * @throws IllegalArgumentException where the file cannot be used or has no rate of that day or before
     */
    void convert(Map<String, Object> answer, Instant at, String... figures) {
        Asked other = asked;
        if (other == null) {
            return;
        }
        FxTable table = FxTableFile.read(other.rates);
        Map<String, Object> converted = new LinkedHashMap<>();
        for (String figure : figures) {
            FxTable.Converted one = table.fromUsd(
                    Usd.parse(String.valueOf(answer.get(figure))),
                    other.currency,
                    LocalDate.ofInstant(at, ZoneOffset.UTC));
            converted.putIfAbsent("currency", one.quote().currency());
            converted.putIfAbsent("per_usd", one.quote().perUsd().toPlainString());
            converted.putIfAbsent("day", one.quote().day().toString());
            converted.putIfAbsent("source", one.quote().source());
            converted.put(figure, one.amount().stripTrailingZeros().toPlainString());
        }
        answer.put("converted", converted);
    }
}
