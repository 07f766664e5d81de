package tollgate.dialect.openai;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.Jackson;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Counts what bills besides tokens in the items of a response: searches, and containers that code ran in. A stream shows
 * each item when it is done and all of them again in its last event; that one is believed then.
 */
final class ToolCalls {
    /** What an item may be. */
    static final int OTHER = 0;

    static final int WEB_SEARCH = 1;
    static final int FILE_SEARCH = 2;

    private static final long ABSENT = -1;

    private final Set<String> containers = new HashSet<>();
    private long webSearches;
    private long fileSearches;
    private long listedWebSearches;
    private long listedFileSearches;
    private boolean listed;
    private long reportedSearches = ABSENT;
    private boolean pictures;

    /** One item of the events of a stream is done. */
    void done(int item) {
        webSearches += item == WEB_SEARCH ? 1 : 0;
        fileSearches += item == FILE_SEARCH ? 1 : 0;
    }

    /** The list of all items begins. */
    void listBegins() {
        listed = true;
        listedWebSearches = 0;
        listedFileSearches = 0;
    }

    /** One item of that list. */
    void inList(int item) {
        listedWebSearches += item == WEB_SEARCH ? 1 : 0;
        listedFileSearches += item == FILE_SEARCH ? 1 : 0;
    }

    /** The last document had no list that counts. */
    void forgetList() {
        listed = false;
    }

    /** Code ran in a container: in the same one again costs nothing more. */
    void container(byte[] raw, int length) {
        containers.add(new String(raw, 0, length, StandardCharsets.ISO_8859_1));
    }

    /** The provider's own count ({@code tool_usage}): it goes before ours. */
    void reported(byte[] bytes, int length) {
        try (JsonParser parser = Jackson.parser(bytes, 0, length)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String tool = parser.currentName();
                if (parser.nextToken() == JsonToken.START_OBJECT) {
                    tool(parser, tool);
                } else {
                    parser.skipChildren();
                }
            }
        } catch (JacksonException unreadable) {
            reportedSearches = ABSENT;
        }
    }

    private void tool(JsonParser parser, String tool) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            Long count = count(parser);
            if (count != null && tool.equals("web_search") && name.equals("num_requests")) {
                reportedSearches = count;
            } else if (count != null && tool.equals("image_gen") && name.equals("total_tokens")) {
                pictures = count > 0;
            }
            parser.skipChildren();
        }
    }

    private static @Nullable Long count(JsonParser parser) {
        var number = parser.currentToken().isScalarValue() ? Jackson.number(parser) : null;
        return number == null ? null : Math.max(0, Jackson.count(number));
    }

    /** Something was used that is not priced here, or two counts of one thing differ. */
    boolean doubtful() {
        return pictures || (reportedSearches != ABSENT && reportedSearches != ourWebSearches());
    }

    private long ourWebSearches() {
        return listed ? listedWebSearches : webSearches;
    }

    /** What was used so far. */
    Usage usage() {
        Usage.Builder usage = Usage.builder();
        set(usage, UnitClass.WEB_SEARCH, reportedSearches == ABSENT ? ourWebSearches() : reportedSearches);
        set(usage, UnitClass.FILE_SEARCH, listed ? listedFileSearches : fileSearches);
        set(usage, UnitClass.CODE_SESSION, containers.size());
        return usage.build();
    }

    private static void set(Usage.Builder usage, UnitClass unit, long count) {
        if (count > 0) {
            usage.set(unit, count);
        }
    }
}
