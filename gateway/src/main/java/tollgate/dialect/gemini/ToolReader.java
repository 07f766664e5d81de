package tollgate.dialect.gemini;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.json.TextWeight;
import tollgate.pricing.UnitClass;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads {@code tools}: weighs functions that the client runs. What the provider runs itself (search, pages, code, files,
 * maps) puts into the prompt what nobody can bound beforehand, and searches are billed besides.
 */
final class ToolReader {
    /** Tokens that frame one function, beyond its definition. */
    private static final int UNITS_A_FUNCTION = 32;
    /** What the provider defines for a tool that the client runs is in no request. */
    private static final int UNITS_A_PROVIDED_TOOL = 4_096;

    /** These read the web, or nothing. */
    private static final Set<String> PUBLIC = Set.of(
            "googleSearch",
            "googleSearchRetrieval",
            "enterpriseWebSearch",
            "googleMaps",
            "urlContext",
            "codeExecution",
            "mcpServers");

    private static final Set<String> NARROWS = Set.of("filter", "metadataFilter", "model");

    private final JsonParser parser;
    private final String model;
    private final List<MeteredRequest.Reference> references = new ArrayList<>();
    private final Map<UnitClass, Long> calls = new HashMap<>();
    private int count;
    private long weight;
    private @Nullable String unbounded;

    ToolReader(JsonParser parser, String model) {
        this.parser = parser;
        this.model = model;
    }

    int count() {
        return count;
    }

    long weight() {
        return weight;
    }

    /** The most that is billed besides tokens. */
    Map<UnitClass, Long> calls() {
        return calls;
    }

    /** The first tool that makes the model read on; null: none. */
    @Nullable
    String unbounded() {
        return unbounded;
    }

    /** Reads what the parser stands on. */
    void read() {
        Lists.read(parser, "tools", this::tool);
    }

    private void tool(String at) {
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = Spelling.once(parser.currentName(), at, seen);
            JsonToken value = parser.nextToken();
            if (value == JsonToken.VALUE_NULL) {
                continue;
            }
            switch (name) {
                case "functionDeclarations" -> Lists.read(parser, at + "." + name, this::function);
                case "computerUse" -> {
                    count++;
                    weight += UNITS_A_PROVIDED_TOOL;
                    parser.skipChildren();
                }
                default -> provided(name, at + "." + name);
            }
        }
    }

    private void function(String at) {
        count++;
        weight += UNITS_A_FUNCTION + TextWeight.of(parser);
    }

    private void provided(String name, String at) {
        count++;
        unbounded = unbounded == null ? at : unbounded;
        if (!PUBLIC.contains(name)) {
            named(at);
            return;
        }
        switch (name) {
            case "googleSearch", "googleSearchRetrieval", "enterpriseWebSearch" ->
                calls.putAll(Grounding.mostSearches(model));
            case "googleMaps" -> calls.put(UnitClass.MAPS_QUERY, 1L);
            default -> {}
        }
        parser.skipChildren();
    }

    /** What it works with at the provider: every text in it names something there, but for what only narrows a search. */
    private void named(String at) {
        int depth = 0;
        String name = "";
        do {
            switch (parser.currentToken()) {
                case PROPERTY_NAME -> name = Spelling.camel(parser.currentName());
                case VALUE_STRING -> {
                    if (!NARROWS.contains(name)) {
                        references.add(MeteredRequest.Reference.elsewhere(at + "." + name, parser.getString()));
                    }
                }
                default -> {}
            }
            depth += parser.currentToken().isStructStart() ? 1 : 0;
            depth -= parser.currentToken().isStructEnd() ? 1 : 0;
        } while (depth > 0 && parser.nextToken() != null);
    }

    /** What is kept at the provider, and named here. */
    List<MeteredRequest.Reference> references() {
        return references;
    }
}
