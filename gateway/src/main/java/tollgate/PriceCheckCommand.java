package tollgate;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tollgate.pricing.check.Finding;
import tollgate.pricing.check.PriceCheck;
import tools.jackson.databind.json.JsonMapper;

/** Looks rate card files over. Answers 1 where it finds anything. */
@Command(
        name = "check",
        description = "Looks rate cards over: overlaps, gaps, stale and suspicious figures, with file and line.",
        mixinStandardHelpOptions = true)
final class PriceCheckCommand implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "rate cards; later ones win, as for prices")
    private List<Path> files = List.of();

    @Option(
            names = "--stale-days",
            paramLabel = "N",
            defaultValue = "" + PriceCheck.STALE_DAYS,
            description = "figures older than this are stale (default: ${DEFAULT-VALUE})")
    private int staleDays;

    @Option(names = "--json", description = "as JSON on one line")
    private boolean json;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    PriceCheckCommand() {}

    @Override
    public Integer call() {
        if (staleDays < 0) {
            throw new ParameterException(spec.commandLine(), "--stale-days: " + staleDays + " (expected: 0 or more)");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        files.forEach(file -> texts.put(file.toString(), PriceFiles.read(file)));
        List<Finding> findings = PriceCheck.of(texts, LocalDate.now(ZoneOffset.UTC), staleDays);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonMapper.shared().writeValueAsString(shown(texts.size(), findings)));
        } else {
            findings.forEach(out::println);
        }
        out.flush();
        if (findings.isEmpty()) {
            return 0;
        }
        spec.commandLine()
                .getErr()
                .println("tollgate: " + findings.size() + (findings.size() == 1 ? " finding in " : " findings in ")
                        + texts.size() + (texts.size() == 1 ? " file" : " files"));
        return 1;
    }

    private static Map<String, Object> shown(int files, List<Finding> findings) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Finding finding : findings) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("kind", finding.kind().label());
            row.put("file", finding.file());
            row.put("line", finding.line());
            row.put("model", finding.model());
            row.put("message", finding.message());
            rows.add(row);
        }
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("files", files);
        shown.put("findings", rows);
        return shown;
    }
}
