package tollgate.dialect.openai;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.ObjectCall;
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
    private final List<MeteredRequest.Reference> references;
    private final Set<UnitClass> billed = EnumSet.noneOf(UnitClass.class);
    private final Map<Attribute, String> attributes = new EnumMap<>(Attribute.class);
    private int count;
    private long weight;

    /**
     * A reader of what the parser is about to give.
     *
     * @param unbounded is told of what makes the provider read something that is not here
     * @param references takes what the tools work with at the provider: containers, files, stores, skills
     */
    ResponseToolReader(JsonParser parser, Consumer<String> unbounded, List<MeteredRequest.Reference> references) {
        this.parser = parser;
        this.unbounded = unbounded;
        this.references = references;
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
                case "vector_store_ids" -> texts(at + ".vector_store_ids", ObjectCall.Kind.ELSEWHERE);
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
        if (value == JsonToken.START_OBJECT) {
            return textOf(at, "memory_limit");
        }
        texts(at, ObjectCall.Kind.ITEM);
        return null;
    }

    private @Nullable String environment(String at, JsonToken value) {
        if (value != JsonToken.START_OBJECT) {
            weight += TextWeight.of(parser);
            return value == JsonToken.VALUE_NULL ? null : "";
        }
        String type = textOf(at, "type");
        return type == null ? "" : type;
    }

    /** A text in the object that the parser stands on; of the rest of it what it names is noted, and all of it weighs. */
    private @Nullable String textOf(String at, String wanted) {
        String found = null;
        boolean given = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            weight += TextWeight.name(parser);
            parser.nextToken();
            String here = at + "." + name;
            switch (name) {
                case "container_id" -> texts(here, ObjectCall.Kind.ITEM);
                case "file_ids" -> texts(here, ObjectCall.Kind.ELSEWHERE);
                case "skills" -> skills(here);
                default -> {
                    if (name.equals(wanted)) {
                        if (given) {
                            throw BadRequest.repeated(here);
                        }
                        given = true;
                        found = Value.text(parser, here);
                    }
                    weight += TextWeight.of(parser);
                }
            }
        }
        return found;
    }

    /** Skills: those that are in the request weigh, others stand at the provider. */
    private void skills(String at) {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            weight += TextWeight.of(parser);
            return;
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                weight += TextWeight.of(parser);
                continue;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                weight += TextWeight.name(parser);
                parser.nextToken();
                if (name.equals("skill_id")) {
                    texts(at + "[" + i + "].skill_id", ObjectCall.Kind.ELSEWHERE);
                } else {
                    weight += TextWeight.of(parser);
                }
            }
        }
    }

    /** Ids of what the provider keeps: one, or a list of them. */
    private void texts(String at, ObjectCall.Kind kind) {
        switch (parser.currentToken()) {
            case VALUE_STRING -> references.add(new MeteredRequest.Reference(at, kind, parser.getString()));
            case START_ARRAY -> {
                for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                    String id = Value.text(parser, at + "[" + i + "]");
                    if (id != null) {
                        references.add(new MeteredRequest.Reference(at + "[" + i + "]", kind, id));
                    }
                    weight += TextWeight.of(parser);
                }
                return;
            }
            case VALUE_NULL -> {}
            default -> throw BadRequest.value(at, Value.found(parser), "an id, or an array of ids");
        }
        weight += TextWeight.of(parser);
    }
}
