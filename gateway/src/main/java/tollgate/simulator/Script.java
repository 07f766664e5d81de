package tollgate.simulator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the sandbox does without its callers asking for it: a line of {@link Directives} for each chat request, in turn.
 *
 * <pre>
 * # the first is answered as asked, the next two are told to come again, the fourth is cut
 * -
 * 2 * status=429, retry-after=1
 * tokens=200, pace=20ms, cut=4000
 * </pre>
 *
 * Requests after the last line are answered as asked. What a request says itself goes before what its line says.
 * Thread-safe.
 */
public final class Script {
    /** Every request is answered as asked. */
    public static final Script NONE = new Script(List.of());

    private static final Pattern REPEATED = Pattern.compile("(\\d{1,6})\\s*\\*\\s*(.*)");
    private static final String AS_ASKED = "-";

    private final List<String> lines;
    private final AtomicInteger next = new AtomicInteger();

    private Script(List<String> lines) {
        this.lines = List.copyOf(lines);
    }

    /**
     * Reads a script.
     *
     * @throws IOException where it cannot be read
     * @throws IllegalArgumentException where a line is none, by file and line
     */
    public static Script read(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        int number = 0;
        for (String written : Files.readAllLines(file)) {
            number++;
            String line = written.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Matcher repeated = REPEATED.matcher(line);
            int times = repeated.matches() ? Integer.parseInt(repeated.group(1)) : 1;
            String directives = repeated.matches() ? repeated.group(2) : line;
            String complaint = directives.equals(AS_ASKED) ? null : Directives.complaint(directives);
            if (complaint != null) {
                throw new IllegalArgumentException(file + " line " + number + ": " + complaint);
            }
            for (int i = 0; i < times; i++) {
                lines.add(directives.equals(AS_ASKED) ? "" : directives);
            }
        }
        return new Script(lines);
    }

    /** The directives of the request that has come now. */
    String next() {
        int turn = next.getAndUpdate(now -> Math.min(now + 1, lines.size()));
        return turn < lines.size() ? lines.get(turn) : "";
    }
}
