package tollgate.dialect;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a scanner of event streams should find, worked out slowly from the whole body: lines, blocks, and a tree of
 * every event. Knows nothing of slices; what an event says is its dialect's.
 */
public abstract class SlowScan {
    /** Makes trees. */
    protected static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** What the client gets. */
    public final ByteArrayOutputStream relayed = new ByteArrayOutputStream();

    public JsonNode usage = MAPPER.nullNode();
    public int usageReports;
    public int events;
    public int malformed;
    public boolean error;
    /** The body ends inside the JSON of an event: then what that event says is not compared. */
    public boolean torn;

    public boolean done;
    public String model = "";
    public String tier = "";
    public long content;
    public long bound;

    private record Line(int from, int textEnd, int end) {}

    /**
     * Reads a whole body.
     *
     * @param comment inserted where the announcement belongs
     */
    public final void read(byte[] body, boolean hideUsage, byte[] comment) {
        boolean inserted = false;
        List<Line> block = new ArrayList<>();
        List<Line> lines = lines(body);
        if (lines.isEmpty()) {
            relayed.writeBytes(body);
        }
        boolean tailKept = true;
        for (Line line : lines) {
            String text = text(body, line);
            if (done) {
                boolean passes = text.isEmpty()
                        || (text.startsWith(":") && !ours(text))
                        || (field(text, "data") && value(text).stripLeading().startsWith("[DONE]"));
                if (passes) {
                    relayed.write(body, line.from, line.end - line.from);
                }
                continue;
            }
            block.add(line);
            boolean last = line.end == body.length;
            boolean blank = text.isEmpty() && line.end > line.from;
            if (blank || last) {
                boolean kept = block(body, block, hideUsage, blank ? comment : new byte[0]);
                inserted |= blank && done;
                tailKept = kept;
                block.clear();
            }
        }
        boolean endsLine = lines.isEmpty()
                || lines.getLast().end > lines.getLast().textEnd
                || !tailKept
                || (!done && ours(text(body, lines.getLast())));
        if (!inserted && endsLine) {
            relayed.writeBytes(comment);
        }
    }

    private static List<Line> lines(byte[] body) {
        List<Line> lines = new ArrayList<>();
        int from = 0;
        boolean bom = body.length >= 3 && body[0] == (byte) 0xEF && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF;
        for (int i = bom ? 3 : 0; i < body.length; i++) {
            if (body[i] == '\n' || body[i] == '\r') {
                int end = body[i] == '\r' && i + 1 < body.length && body[i + 1] == '\n' ? i + 2 : i + 1;
                lines.add(new Line(from, i, end));
                from = end;
                i = end - 1;
            }
        }
        if (from < body.length && !(bom && body.length == 3)) {
            lines.add(new Line(from, body.length, body.length));
        }
        return lines;
    }

    private static String text(byte[] body, Line line) {
        String text = new String(body, line.from, line.textEnd - line.from, StandardCharsets.UTF_8);
        return line.from == 0 && text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static boolean field(String text, String name) {
        return text.equals(name) || text.startsWith(name + ":");
    }

    private static String value(String text) {
        int colon = text.indexOf(':');
        String value = colon < 0 ? "" : text.substring(colon + 1);
        return value.startsWith(" ") ? value.substring(1) : value;
    }

    private static boolean ours(String text) {
        return text.startsWith(":") && value(text).startsWith("tollgate");
    }

    private boolean block(byte[] body, List<Line> block, boolean hideUsage, byte[] comment) {
        StringBuilder data = new StringBuilder();
        boolean any = false;
        boolean named = false;
        for (Line line : block) {
            String text = text(body, line);
            if (field(text, "data")) {
                data.append(any ? "\n" : "").append(value(text));
                any = true;
            } else if (field(text, "event")) {
                named = value(text).equals("error");
            }
        }
        boolean kept = true;
        if (any && ends(data.toString())) {
            done = true;
        } else if (any) {
            kept = !event(data.toString(), named) || !hideUsage;
        }
        for (Line line : block) {
            boolean blank = line.textEnd == line.from && line.end > line.from;
            if (done && blank) {
                relayed.writeBytes(comment);
            }
            if (kept && line.from == 0 && ours(text(body, line)) && body[0] == (byte) 0xEF) {
                relayed.write(body, 0, 3);
            }
            if (kept && !ours(text(body, line))) {
                relayed.write(body, line.from, line.end - line.from);
            }
        }
        return kept;
    }

    /** Whether an event's data is what ends a stream. */
    protected abstract boolean ends(String data);

    /** Reads one event; true where it carries usage and nothing else. */
    protected abstract boolean event(JsonNode tree, boolean named);

    private boolean event(String data, boolean named) {
        events++;
        JsonNode tree;
        try {
            tree = MAPPER.readTree(data);
        } catch (JacksonException notJson) {
            torn = data.startsWith("{");
            malformed++;
            error |= named;
            return false;
        }
        if (!tree.isObject()) {
            malformed++;
            error |= named;
            return false;
        }
        return event(tree, named);
    }

    /** UTF-8 bytes of a text. */
    protected static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
