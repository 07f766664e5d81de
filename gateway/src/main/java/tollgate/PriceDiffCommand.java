package tollgate;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tollgate.pricing.check.Change;
import tollgate.pricing.check.PriceDiff;
import tools.jackson.databind.json.JsonMapper;

/** Names what changed between two rate card files. */
@Command(
        name = "diff",
        description = "Names what changed between two rate cards: models, names and every rate.",
        mixinStandardHelpOptions = true)
final class PriceDiffCommand implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Parameters(index = "0", paramLabel = "A", description = "the rate card before")
    private Path before;

    @Parameters(index = "1", paramLabel = "B", description = "the rate card after")
    private Path after;

    @Option(names = "--json", description = "as JSON on one line")
    private boolean json;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    PriceDiffCommand() {}

    @Override
    public Integer call() {
        List<Change> changes =
                PriceDiff.of(before.toString(), PriceFiles.read(before), after.toString(), PriceFiles.read(after));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            List<Map<String, @Nullable Object>> rows = new ArrayList<>();
            changes.forEach(change -> rows.add(shown(change)));
            out.println(JsonMapper.shared().writeValueAsString(Map.of("changes", rows)));
        } else {
            changes.forEach(change -> out.println(line(change)));
            out.println(changes.size() + (changes.size() == 1 ? " change" : " changes"));
        }
        out.flush();
        return 0;
    }

    private static String line(Change change) {
        String figures = switch (change.kind()) {
            case ADDED -> change.after();
            case REMOVED -> change.before();
            case CHANGED -> change.before() + " -> " + change.after();
        };
        String percent = change.percent() == null
                ? ""
                : " (" + (change.percent().signum() > 0 ? "+" : "")
                        + change.percent().toPlainString() + " %)";
        return change.kind().label() + " " + change.model() + " " + change.what() + ": " + figures + percent;
    }

    private static Map<String, @Nullable Object> shown(Change change) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("kind", change.kind().label());
        row.put("model", change.model());
        row.put("what", change.what());
        row.put("before", change.before().isEmpty() ? null : change.before());
        row.put("after", change.after().isEmpty() ? null : change.after());
        row.put("line_before", change.lineBefore());
        row.put("line_after", change.lineAfter());
        row.put("percent", change.percent() == null ? null : change.percent().toPlainString());
        return row;
    }
}
