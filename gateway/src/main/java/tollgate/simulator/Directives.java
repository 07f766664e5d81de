package tollgate.simulator;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request tells the sandbox to do: {@code tokens=64, pace=20ms, usage=omit}, in the header {@value #HEADER} or
 * behind a tilde in the model's name ({@code gpt-4o-mini~tokens=64}). The header wins; a {@link Script} says the rest.
 *
 * <table>
 * <caption>Directives</caption>
 * <tr><td>{@code tokens=N}</td><td>answer with N tokens instead of an echo</td></tr>
 * <tr><td>{@code reasoning=N}</td><td>bill N hidden reasoning tokens</td></tr>
 * <tr><td>{@code cache-read=N, cache-write=N, cache-write-1h=N}</td><td>tokens of the prompt's caches (Anthropic)</td></tr>
 * <tr><td>{@code searches=N, file-searches=N, containers=N}</td><td>calls of the provider's own tools (Responses)</td></tr>
 * <tr><td>{@code pace=20ms}</td><td>wait so long before each event, or before a whole answer</td></tr>
 * <tr><td>{@code burst=N}</td><td>N events in each write (default 1)</td></tr>
 * <tr><td>{@code slice=N}</td><td>write the body in pieces of N bytes, one a pace</td></tr>
 * <tr><td>{@code event-bytes=N}</td><td>make each token's text N bytes long</td></tr>
 * <tr><td>{@code cut=K}</td><td>cut the connection after K bytes of the body</td></tr>
 * <tr><td>{@code stall=K}</td><td>go silent after K bytes of the body; {@code stall=head} before the head</td></tr>
 * <tr><td>{@code usage=omit|null|zero|prompt-only|completion-only|twice|early|late}</td><td>how usage is reported</td></tr>
 * <tr><td>{@code done=omit}</td><td>end the stream without its terminator</td></tr>
 * <tr><td>{@code error=mid|only}</td><td>an error event amid a stream, or as its only event</td></tr>
 * <tr><td>{@code malformed=1}</td><td>an event that is no JSON</td></tr>
 * <tr><td>{@code status=S}</td><td>answer with this status and an error; {@code retry-after=T}, {@code code=C}, {@code message=M}</td></tr>
 * <tr><td>{@code stop=R}</td><td>the reason why it stopped (Anthropic): {@code refusal}, {@code pause_turn} …</td></tr>
 * <tr><td>{@code barrier=N}</td><td>wait until N requests wait here</td></tr>
 * <tr><td>{@code encoding=gzip}</td><td>compress the body</td></tr>
 * <tr><td>{@code job=500ms, job=never, forget=2s}</td><td>how long an answer in the background takes, when it is forgotten</td></tr>
 * <tr><td>{@code eol=crlf|cr}</td><td>line ends of a stream</td></tr>
 * </table>
 */
final class Directives {
    /** The header that carries directives. */
    static final String HEADER = "X-Sandbox";

    private static final Pattern NAME = Pattern.compile(
            "tokens|reasoning|pace|burst|slice|event-bytes|cut|stall|usage|done"
                    + "|searches|file-searches|containers|error|malformed|status|retry-after|code|barrier|encoding|eol|job|forget");

    private final Map<String, String> given;

    private Directives(Map<String, String> given) {
        this.given = given;
    }

    /** Reads them from a script's line, a model's name and a header's value. */
    static Directives of(String line, String model, @Nullable String header) {
        Map<String, String> given = new TreeMap<>();
        read(line, given);
        int tilde = model.indexOf('~');
        if (tilde >= 0) {
            read(model.substring(tilde + 1), given);
        }
        if (header != null) {
            read(header, given);
        }
        return new Directives(given);
    }

    /** What is wrong with directives that somebody wrote into a file; null where nothing is. */
    static @Nullable String complaint(String text) {
        Map<String, String> given = new TreeMap<>();
        read(text, given);
        for (Map.Entry<String, String> each : given.entrySet()) {
            if (!NAME.matcher(each.getKey()).matches() || each.getValue().isEmpty()) {
                return "'" + each.getKey() + "' (expected: name=value, the name one of "
                        + NAME.pattern().replace("|", ", ") + ")";
            }
        }
        return given.isEmpty() ? "'" + text + "' (expected: name=value, or - for none)" : null;
    }

    private static void read(String text, Map<String, String> to) {
        for (String part : text.split(",", -1)) {
            String[] pair = part.strip().split("=", 2);
            if (!pair[0].isEmpty()) {
                to.put(pair[0], pair.length == 2 ? pair[1].strip() : "");
            }
        }
    }

    /** A directive's text; null where it was not given. */
    @Nullable
    String text(String name) {
        return given.get(name);
    }

    /** Whether a directive was given with this text. */
    boolean is(String name, String text) {
        return text.equals(given.get(name));
    }

    /** A directive's number; the default where it was not given or is no number. */
    long number(String name, long otherwise) {
        String text = given.get(name);
        if (text == null || text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9') || text.length() > 15) {
            return otherwise;
        }
        return Long.parseLong(text);
    }

    /** A directive's duration ({@code 20ms}, {@code 2s}); zero where it was not given. */
    Duration duration(String name) {
        String text = given.getOrDefault(name, "0ms");
        if (!text.matches("\\d{1,7}(ms|s)")) {
            return Duration.ZERO;
        }
        return text.endsWith("ms")
                ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
                : Duration.ofSeconds(Long.parseLong(text.substring(0, text.length() - 1)));
    }
}
