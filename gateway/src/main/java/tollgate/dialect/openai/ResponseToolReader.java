package tollgate.dialect.openai;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tollgate.pricing.Attribute;
import tollgate.pricing.UnitClass;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads the {@code tools} of a response request: weighs those that the client runs; of those that the provider runs it
 * says what a call bills, and that nobody can bound what they make the model read.
 */
final class ResponseToolReader {
    /** Tokens that frame one tool, beyond its definition. */
    private static final int UNITS_A_TOOL = 32;
    /** Definitions that the provider keeps have up to 640 tokens (seen with apply_patch) today. */
    private static final int UNITS_A_PROVIDED_TOOL = 4_096;

    private static final String KINDS =
            "function, custom, namespace, tool_search, apply_patch, shell, local_shell, computer,"
                    + " web_search, file_search, code_interpreter or mcp";

    private final JsonParser parser;
    private final Consumer<String> unbounded;
    private final Set<UnitClass> billed = EnumSet.noneOf(UnitClass.class);
    private final Map<Attribute, String> attributes = new EnumMap<>(Attribute.class);
    private int count;
    private long weight;

    /**
     * A reader of what the parser is about to give.
     *
     * @param unbounded is told of what makes the provider read something that is not here
     */
    ResponseToolReader(JsonParser parser, Consumer<String> unbounded) {
        this.parser = parser;
        this.unbounded = unbounded;
    }

    int count() {
        return count;
    }

    long weight() {
        return weight;
    }

    /** What calls of the provider's tools bill. */
    Set<UnitClass> billed() {
        return billed;
    }

    /** What their prices depend on. */
    Map<Attribute, String> attributes() {
        return attributes;
    }

    /** Reads the array that the parser stands on; null is none. */
    void read(String at) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BadRequest.value(at, Value.found(parser), "an array");
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw BadRequest.value(at + "[" + i + "]", Value.found(parser), "an object");
            }
            count++;
            weight += UNITS_A_TOOL;
            tool(at + "[" + i + "]");
        }
    }

    /** What was read of one tool. */
    private static final class Tool {
        private @Nullable String type;
        private @Nullable String execution;
        private @Nullable String searchContext;
        private @Nullable String memory;
        private @Nullable String environment;
        private boolean tools;
    }

    private void tool(String at) {
        Tool tool = new Tool();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            weight += TextWeight.name(parser);
            JsonToken value = parser.nextToken();
            switch (name) {
                case "type" -> {
                    if (tool.type != null) {
                        throw BadRequest.repeated(at + ".type");
                    }
                    tool.type = Value.text(parser, at + ".type");
                }
                case "execution" -> tool.execution = Value.text(parser, at + ".execution");
                case "search_context_size" -> tool.searchContext = Value.text(parser, at + ".search_context_size");
                case "container" -> tool.memory = container(at + ".container", value);
                case "environment" -> tool.environment = environment(at + ".environment", value);
                case "tools" -> {
                    tool.tools = true;
                    read(at + ".tools");
                }
                default -> weight += TextWeight.of(parser);
            }
        }
        kind(at, tool);
    }

    private void kind(String at, Tool tool) {
        String type = tool.type == null ? "" : tool.type;
        if (tool.tools && !type.equals("namespace")) {
            throw BadRequest.value(at + ".tools", "given", "absent, but in a namespace");
        }
        switch (type) {
            case "function", "custom", "namespace" -> {}
            case "apply_patch", "local_shell", "computer", "computer_use_preview" -> weight += UNITS_A_PROVIDED_TOOL;
            case "tool_search" -> {
                weight += UNITS_A_PROVIDED_TOOL;
                if (!"client".equals(tool.execution)) {
                    unbounded.accept(at + ".type");
                }
            }
            case "shell" -> {
                weight += UNITS_A_PROVIDED_TOOL;
                if (tool.environment != null && !tool.environment.equals("local")) {
                    provided(at, UnitClass.CODE_SESSION);
                }
            }
            case "web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11" -> {
                provided(at, UnitClass.WEB_SEARCH);
                put(Attribute.SEARCH_CONTEXT, tool.searchContext);
            }
            case "file_search" -> provided(at, UnitClass.FILE_SEARCH);
            case "code_interpreter" -> {
                provided(at, UnitClass.CODE_SESSION);
                put(Attribute.KIND, tool.memory);
            }
            case "mcp" -> unbounded.accept(at + ".type");
            case "image_generation" -> throw BadRequest.notPriced(at + ".type");
            default -> throw BadRequest.value(at + ".type", type.isEmpty() ? "absent" : Value.quoted(type), KINDS);
        }
    }

    private void provided(String at, UnitClass unit) {
        billed.add(unit);
        unbounded.accept(at + ".type");
    }

    private void put(Attribute attribute, @Nullable String value) {
        if (value != null) {
            attributes.put(attribute, value);
        }
    }

    /** The size of a container that is to be made; one that is there already costs nothing more, or as much as its kind. */
    private @Nullable String container(String at, JsonToken value) {
        if (value != JsonToken.START_OBJECT) {
            weight += TextWeight.of(parser);
            return null;
        }
        return textOf(at, "memory_limit");
    }

    private @Nullable String environment(String at, JsonToken value) {
        if (value != JsonToken.START_OBJECT) {
            weight += TextWeight.of(parser);
            return value == JsonToken.VALUE_NULL ? null : "";
        }
        String type = textOf(at, "type");
        return type == null ? "" : type;
    }

    /** A text in the object that the parser stands on; the rest of it weighs. */
    private @Nullable String textOf(String at, String wanted) {
        String found = null;
        boolean given = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            weight += TextWeight.name(parser);
            parser.nextToken();
            if (name.equals(wanted)) {
                if (given) {
                    throw BadRequest.repeated(at + "." + wanted);
                }
                given = true;
                found = Value.text(parser, at + "." + wanted);
            }
            weight += TextWeight.of(parser);
        }
        return found;
    }
}
