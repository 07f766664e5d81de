package tollgate.dialect.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.RequestReader;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the body of a chat request. */
final class ChatRequestReader extends RequestReader {
    /** Tokens that frame a prompt whatever it holds: the system's own lines, the answer's opening. */
    private static final int UNITS_A_REQUEST = 64;
    /** Tokens that frame one tool in a prompt, beyond its definition. */
    private static final int UNITS_A_TOOL = 32;

    private static final int MOST_CHOICES = 128;
    private static final int MOST_BYTES_A_CHARACTER = 3;
    private static final String CEILING = "max_completion_tokens";

    private final MessageReader messages;
    private final StreamOptions streamOptions;
    private final List<ChatSplicePoints.Ceiling> ceilings = new ArrayList<>();
    private Map<String, String> metadata = Map.of();
    private int openCeiling = -1;
    private @Nullable String model;
    private @Nullable String tier;
    private boolean stream;
    private long choices = 1;
    private int tools;
    private boolean structured;
    private boolean stored;
    private @Nullable String reasoningEffort;
    private @Nullable String user;

    ChatRequestReader(JsonParser parser) {
        super(parser, ChatFields.TABLE);
        weight = UNITS_A_REQUEST;
        messages = new MessageReader(parser);
        streamOptions = new StreamOptions(parser);
    }

    @Override
    protected void priced(String name) {
        switch (name) {
            case "model" -> model = Value.text(parser, name);
            case "messages" -> messages.read();
            case "stream" -> stream = Value.bool(parser, name);
            case "stream_options" -> streamOptions.read();
            case "max_tokens", "max_completion_tokens" -> ceiling(name);
            case "n" -> choices = choices();
            case "tools" -> tools(name, true);
            case "functions" -> tools(name, false);
            case "response_format" -> responseFormat();
            case "reasoning_effort" -> reasoningEffort = Value.text(parser, name);
            case "modalities" -> modalities();
            case "service_tier" -> tier = ServiceTiers.read(parser);
            case "user" -> user = Value.text(parser, name);
            case "metadata" -> metadata = Metadata.read(parser);
            case "store" -> stored = Value.bool(parser, name);
            case "extra_body" -> extraBody(name);
            default -> weight += TextWeight.of(parser);
        }
    }

    private void ceiling(String name) {
        Long tokens = Value.count(parser, name);
        if (tokens != null) {
            ceilings.add(new ChatSplicePoints.Ceiling(offset(), parser.getString(), tokens));
        } else if (name.equals(CEILING)) {
            openCeiling = offset();
        }
    }

    private long choices() {
        Long wanted = Value.count(parser, "n");
        if (wanted != null && wanted > MOST_CHOICES) {
            throw BadRequest.value("n", wanted.toString(), "at most " + MOST_CHOICES);
        }
        return wanted == null ? 1 : wanted;
    }

    private void tools(String name, boolean typed) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BadRequest.value(name, Value.found(parser), "an array");
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            String at = name + "[" + i + "]";
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw BadRequest.value(at, Value.found(parser), "an object");
            }
            tools++;
            weight += UNITS_A_TOOL + toolWeight(at, typed);
        }
    }

    /** Tools that the provider runs itself (search, code, retrieval) bill apart: only those the client runs pass. */
    private long toolWeight(String at, boolean typed) {
        long weight = 3;
        boolean type = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            weight += TextWeight.name(parser);
            parser.nextToken();
            if (typed && name.equals("type")) {
                if (type) {
                    throw BadRequest.repeated(at + ".type");
                }
                type = true;
                String kind = Value.text(parser, at + ".type");
                if (!"function".equals(kind) && !"custom".equals(kind)) {
                    throw BadRequest.value(at + ".type", Value.found(parser), "function or custom");
                }
            }
            weight += TextWeight.of(parser);
        }
        if (typed && !type) {
            throw BadRequest.value(at + ".type", "absent", "function or custom");
        }
        return weight;
    }

    private void responseFormat() {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.START_OBJECT && token != JsonToken.VALUE_NULL) {
            throw BadRequest.value("response_format", Value.found(parser), "an object");
        }
        if (token == JsonToken.START_OBJECT) {
            weight += 3;
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                weight += TextWeight.name(parser);
                parser.nextToken();
                if (name.equals("type")) {
                    structured |= !"text".equals(Value.text(parser, "response_format.type"));
                }
                weight += TextWeight.of(parser);
            }
        }
    }

    /** What Google takes beyond OpenAI's fields; a cache of its own is read with the prompt, however long it is. */
    private void extraBody(String name) {
        int depth = 0;
        do {
            if (parser.currentToken() == JsonToken.PROPERTY_NAME
                    && parser.currentName().replace("_", "").equalsIgnoreCase("cachedcontent")) {
                throw BadRequest.unbounded(name);
            }
            weight += MOST_BYTES_A_CHARACTER * (1L + parser.getStringLength());
            depth += parser.currentToken().isStructStart() ? 1 : 0;
            depth -= parser.currentToken().isStructEnd() ? 1 : 0;
        } while (depth > 0 && parser.nextToken() != null);
    }

    private void modalities() {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BadRequest.value("modalities", Value.found(parser), "an array");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (!"text".equals(Value.text(parser, "modalities"))) {
                throw BadRequest.value("modalities", Value.found(parser), "[\"text\"]; others have no price here yet");
            }
        }
    }

    @Override
    protected MeteredRequest finished() {
        String asked = required(model);
        if (!given("messages")) {
            throw BadRequest.value("messages", "absent", "an array");
        }
        Long ceiling = null;
        for (ChatSplicePoints.Ceiling given : ceilings) {
            ceiling = ceiling == null ? given.tokens() : Math.max(ceiling, given.tokens());
        }
        return new MeteredRequest(
                Service.CHAT,
                asked,
                stream,
                streamOptions.asked(),
                ceiling,
                Math.toIntExact(choices),
                weight + messages.weight(),
                new MeteredRequest.ImageCount(messages.lowImages(), messages.otherImages()),
                0,
                tools,
                structured,
                reasoningEffort,
                new MeteredRequest.Conditions(tier, null, null),
                new MeteredRequest.Extent(1, null, Map.of(), new MeteredRequest.Kept(stored, false, List.of())),
                user,
                metadata,
                unknown(),
                new ChatSplicePoints(
                        start, stream ? streamOptions.splice(start) : null, CEILING, ceilings, openCeiling));
    }
}
