package tollgate;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tollgate.pricing.catalogue.CatalogueFormat;
import tollgate.pricing.catalogue.CatalogueImport;
import tollgate.pricing.catalogue.NotExpressed;
import tools.jackson.databind.json.JsonMapper;

/** Writes a public price catalogue as a rate card, and prints what of it the card does not say. */
@Command(
        name = "import",
        description = "Writes a public price catalogue as a rate card; prints what could not be expressed.",
        mixinStandardHelpOptions = true)
final class PriceImportCommand implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--from", required = true, paramLabel = "FORMAT", description = "litellm or models.dev")
    private String from;

    @Parameters(paramLabel = "FILE", description = "the catalogue, JSON")
    private Path file;

    @Option(names = "--to", required = true, paramLabel = "RATES", description = "the rate card to write, YAML")
    private Path to;

    @Option(names = "--seen", paramLabel = "DAY", description = "the day of its figures, by default today")
    private @Nullable String seen;

    @Option(names = "--json", description = "as JSON on one line")
    private boolean json;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    PriceImportCommand() {}

    @Override
    public Integer call() {
        CatalogueFormat format = CatalogueFormat.of(from)
                .orElseThrow(() -> wrong("--from: '" + from + "' (expected: "
                        + String.join(
                                " or ",
                                Arrays.stream(CatalogueFormat.values())
                                        .map(CatalogueFormat::label)
                                        .toList())
                        + ")"));
        String day = day().toString();
        String text = PriceFiles.read(file);
        if (sameFile()) {
            throw wrong("--to: '" + to + "' (expected: another file than the catalogue)");
        }
        CatalogueImport read = CatalogueImport.read(format, String.valueOf(file.getFileName()), text, day);
        PriceFiles.write(to, read.yaml());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonMapper.shared().writeValueAsString(shown(read)));
        } else {
            read.notExpressed().forEach(said -> out.println(line(said)));
            out.println(read.cards() + " models written to " + to + ", " + read.missing() + " not, "
                    + read.notExpressed().size() + " remarks");
        }
        out.flush();
        return 0;
    }

    private LocalDate day() {
        try {
            return seen == null ? LocalDate.now(ZoneOffset.UTC) : LocalDate.parse(seen);
        } catch (DateTimeParseException noDay) {
            throw wrong("--seen: '" + seen + "' (expected: a day, 2026-08-01)");
        }
    }

    private boolean sameFile() {
        try {
            return Files.exists(to) && Files.isSameFile(file, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String line(NotExpressed said) {
        String field = said.field().isEmpty() ? "" : said.field() + " " + said.value() + ": ";
        return file + ":" + said.line() + ": " + said.key() + ": " + field + said.reason()
                + (said.imported() ? "" : " (not imported)");
    }

    private Map<String, Object> shown(CatalogueImport read) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (NotExpressed said : read.notExpressed()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("key", said.key());
            row.put("line", said.line());
            row.put("field", said.field());
            row.put("value", said.value());
            row.put("reason", said.reason());
            row.put("imported", said.imported());
            rows.add(row);
        }
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("to", to.toString());
        shown.put("imported", read.cards());
        shown.put("missing", read.missing());
        shown.put("not_expressed", rows);
        return shown;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
