package tollgate.dialect.bedrock;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.anthropic.ToolReader;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads {@code additionalModelRequestFields}: fields of a model's own language beside those of a conversation. A ceiling has its
 * place elsewhere, and what multiplies answers or lets the provider read on has no place here at all.
 */
final class AdditionalFields {
    private static final String AT = "additionalModelRequestFields";
    /** What a schema for the answer adds to a prompt beyond itself, and that it may stand there twice. */
    private static final int UNITS_A_SCHEMA = 512;

    private static final Set<String> CEILINGS = Set.of(
            "maxTokens",
            "max_tokens",
            "max_completion_tokens",
            "max_gen_len",
            "max_new_tokens",
            "max_output_tokens",
            "max_tokens_to_sample",
            "maxTokenCount");
    private static final Set<String> NOT_PRICED = Set.of(
            "n",
            "best_of",
            "num_generations",
            "numResults",
            "service_tier",
            "serviceTier",
            "speed",
            "performanceConfig",
            "guardrailConfig",
            "fallbacks");
    private static final Set<String> UNBOUNDED =
            Set.of("mcp_servers", "container", "context_management", "compaction", "connectors", "web_search_options");

    private final JsonParser parser;
    private final ToolReader tools;
    private long weight;
    private long thinkingBudget;
    private boolean structured;
    private @Nullable String effort;

    AdditionalFields(JsonParser parser) {
        this.parser = parser;
        this.tools = new ToolReader(parser);
    }

    long weight() {
        return weight + tools.weight();
    }

    int tools() {
        return tools.count();
    }

    /** The most tokens of thinking that are asked for; they are part of an answer. */
    long thinkingBudget() {
        return thinkingBudget;
    }

    boolean structured() {
        return structured;
    }

    @Nullable
    String effort() {
        return effort;
    }

    /** Reads the object that the parser stands on. */
    void read() {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            String at = AT + "." + name;
            parser.nextToken();
            if (NOT_PRICED.contains(name)) {
                throw BadRequest.notPriced(at);
            }
            if (UNBOUNDED.contains(name)) {
                throw BadRequest.unbounded(at);
            }
            switch (name) {
                case "tools" -> tools.read();
                case "output_format", "output_config", "response_format" -> {
                    structured = true;
                    weight += UNITS_A_SCHEMA + 2 * TextWeight.of(parser);
                }
                default -> value(name, at);
            }
        }
    }

    private void value(String name, String at) {
        if (CEILINGS.contains(name)) {
            throw new BadRequest(
                    "unsupported_parameter", at, at + ": a ceiling (expected: absent, and inferenceConfig.maxTokens)");
        }
        // three bytes a character at most
        weight += 3 + 3L * name.length();
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String inner = parser.currentName();
                    parser.nextToken();
                    value(inner, at + "." + inner);
                }
            }
            case START_ARRAY -> {
                for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                    value("", at + "[" + i + "]");
                }
            }
            default -> {
                weight += TextWeight.of(parser);
                if (name.equals("budget_tokens")) {
                    Long budget = Value.count(parser, at, 0);
                    thinkingBudget = Math.max(thinkingBudget, budget == null ? 0 : budget);
                } else if (name.equals("reasoning_effort")) {
                    effort = Value.text(parser, at);
                }
            }
        }
    }
}
