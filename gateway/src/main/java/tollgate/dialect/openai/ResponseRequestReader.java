package tollgate.dialect.openai;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.ObjectCall;
import tollgate.dialect.Service;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.RequestReader;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tollgate.pricing.UnitClass;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the body of a request for a response (platform.openai.com/docs/api-reference/responses/create). */
final class ResponseRequestReader extends RequestReader {
    /** Tokens that frame a prompt whatever it holds. */
    private static final int UNITS_A_REQUEST = 64;
    /** Calls of the provider's tools that money is set aside for where the client gives no bound; more are overrun. */
    private static final long USUAL_CALLS = 32;
    /** Code runs in one container a tool, however often it is called. */
    private static final long CONTAINERS = 2;

    private static final String CEILING = "max_output_tokens";

    private final ResponseInputReader input;
    private final ResponseToolReader tools;
    private final List<ChatSplicePoints.Ceiling> ceilings = new ArrayList<>();
    private final List<MeteredRequest.Reference> references = new ArrayList<>();
    private int openCeiling = -1;
    private @Nullable Long mostCalls;
    private @Nullable String unbounded;
    private @Nullable String tier;
    private @Nullable String model;
    private boolean stream;
    private boolean stored = true;
    private boolean background;
    private boolean structured;
    private @Nullable String effort;
    private @Nullable String user;
    private Map<String, String> metadata = Map.of();

    ResponseRequestReader(JsonParser parser) {
        super(parser, ResponseFields.TABLE);
        weight = UNITS_A_REQUEST;
        input = new ResponseInputReader(parser, this::unbounded, references);
        tools = new ResponseToolReader(parser, this::unbounded, references);
    }

    private void unbounded(String param) {
        unbounded = unbounded == null ? param : unbounded;
    }

    @Override
    protected void priced(String name) {
        switch (name) {
            case "model" -> model = Value.text(parser, name);
            case "input", "instructions" -> input.read(name);
            case "stream" -> stream = Value.bool(parser, name);
            case CEILING -> ceiling();
            case "max_tool_calls" -> mostCalls = Value.count(parser, name, 0);
            case "tools" -> tools.read(name);
            case "text" -> text();
            case "reasoning" -> reasoning();
            case "service_tier" -> tier = ServiceTiers.read(parser);
            case "user" -> user = Value.text(parser, name);
            case "metadata" -> metadata = Metadata.read(parser);
            case "background" -> background = Value.bool(parser, name);
            case "store" -> stored = parser.currentToken() == JsonToken.VALUE_NULL || Value.bool(parser, name);
            case "previous_response_id" -> earlier();
            case "conversation" -> conversation();
            case "context_management" -> elsewhere(name);
            default -> weight += TextWeight.of(parser);
        }
    }

    private void ceiling() {
        Long tokens = Value.count(parser, CEILING);
        if (tokens != null) {
            ceilings.add(new ChatSplicePoints.Ceiling(offset(), parser.getString(), tokens));
        } else {
            openCeiling = offset();
        }
    }

    private void earlier() {
        String id = Value.text(parser, "previous_response_id");
        if (id != null) {
            references.add(new MeteredRequest.Reference("previous_response_id", ObjectCall.Kind.RESPONSE, id));
        }
        elsewhere("previous_response_id");
    }

    /** Its id, or an object that has nothing else. */
    private void conversation() {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        unbounded("conversation");
        String id = null;
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (!name.equals("id") || id != null) {
                    throw BadRequest.value("conversation." + name, Value.found(parser), "one id, and nothing else");
                }
                id = Value.text(parser, "conversation.id");
            }
        } else {
            id = Value.text(parser, "conversation");
        }
        if (id == null) {
            throw BadRequest.value("conversation", "an object without an id", "an id");
        }
        weight += id.length();
        references.add(new MeteredRequest.Reference("conversation", ObjectCall.Kind.CONVERSATION, id));
    }

    private void elsewhere(String name) {
        if (parser.currentToken() != JsonToken.VALUE_NULL) {
            unbounded(name);
        }
        weight += TextWeight.of(parser);
    }

    private void text() {
        if (!opened("text")) {
            return;
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            weight += TextWeight.name(parser);
            JsonToken value = parser.nextToken();
            if (name.equals("format") && value == JsonToken.START_OBJECT) {
                format();
            } else {
                weight += TextWeight.of(parser);
            }
        }
    }

    private void format() {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            weight += TextWeight.name(parser);
            parser.nextToken();
            if (name.equals("type")) {
                structured |= !"text".equals(Value.text(parser, "text.format.type"));
            }
            weight += TextWeight.of(parser);
        }
    }

    private void reasoning() {
        if (!opened("reasoning")) {
            return;
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals("effort")) {
                effort = Value.text(parser, "reasoning.effort");
            }
            parser.skipChildren();
        }
    }

    private Map<UnitClass, Long> calls() {
        Map<UnitClass, Long> calls = new EnumMap<>(UnitClass.class);
        long most = Objects.requireNonNullElse(mostCalls, USUAL_CALLS);
        for (UnitClass unit : tools.billed()) {
            calls.put(unit, unit == UnitClass.CODE_SESSION ? Math.min(most, CONTAINERS) : most);
        }
        return calls;
    }

    @Override
    protected MeteredRequest finished() {
        String asked = required(model);
        if (!given("input") && unbounded == null) {
            throw BadRequest.value("input", "absent", "a string or an array of items");
        }
        if (background && !stored) {
            throw new BadRequest(
                    "unsupported_parameter",
                    "background",
                    "background: true with store: false (expected: store: true or absent; what is not kept cannot be"
                            + " asked for when it is over)");
        }
        return new MeteredRequest(
                Service.RESPONSES,
                asked,
                stream,
                true,
                ceilings.isEmpty() ? null : ceilings.getFirst().tokens(),
                1,
                weight + input.weight() + tools.weight(),
                new MeteredRequest.ImageCount(input.lowImages(), input.otherImages()),
                input.documentBytes(),
                tools.count(),
                structured,
                effort,
                new MeteredRequest.Conditions(tier, null, null, tools.attributes()),
                new MeteredRequest.Extent(
                        1, unbounded, calls(), new MeteredRequest.Kept(stored, background, references)),
                user,
                metadata,
                unknown(),
                new ChatSplicePoints(start, null, CEILING, ceilings, openCeiling));
    }
}
