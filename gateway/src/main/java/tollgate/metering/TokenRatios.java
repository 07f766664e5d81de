package tollgate.metering;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Which ratio is a model's: {@code token-ratios.tsv}, which is made from recorded answers ({@code docs/estimates.md}).
 * Immutable and thread-safe.
 */
final class TokenRatios {
    /** Where the figures are. */
    static final String RESOURCE = "token-ratios.tsv";
    /** The family of whatever no other row names. */
    static final String OTHER = "other";

    private static final int COLUMNS = 10;
    private static final TokenRatios RECORDED = read();

    private final List<Row> rows;

    private TokenRatios(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    /** How a family's models are called: a part of their names, or behind {@code ^} their beginning. */
    private record Row(List<String> names, TokenRatio ratio) {
        boolean has(String model) {
            for (String name : names) {
                if (name.startsWith("^") ? model.startsWith(name.substring(1)) : model.contains(name)) {
                    return true;
                }
            }
            return names.isEmpty();
        }
    }

    /** The ratio of a model, by its name; the last row's where no family is named in it. */
    static TokenRatio of(String model) {
        String name = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        for (Row row : RECORDED.rows) {
            if (row.has(name)) {
                return row.ratio();
            }
        }
        throw new IllegalStateException(RESOURCE + ": no row '" + OTHER + "' at its end");
    }

    private static TokenRatios read() {
        List<Row> rows = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(TokenRatios.class.getResourceAsStream(RESOURCE), RESOURCE),
                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#") && !line.isBlank()) {
                    rows.add(row(line.split("\t", -1)));
                }
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return new TokenRatios(rows);
    }

    private static Row row(String[] column) {
        if (column.length != COLUMNS) {
            throw new IllegalStateException(RESOURCE + ": '" + String.join(" ", column) + "' (expected: 10 columns)");
        }
        return new Row(
                column[1].isEmpty() ? List.of() : List.of(column[1].split(",", -1)),
                new TokenRatio(
                        column[0],
                        Long.parseLong(column[2]),
                        Long.parseLong(column[3]),
                        Integer.parseInt(column[4]),
                        Integer.parseInt(column[5]),
                        Integer.parseInt(column[6])));
    }
}
