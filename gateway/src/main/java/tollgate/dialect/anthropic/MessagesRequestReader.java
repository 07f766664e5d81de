package tollgate.dialect.anthropic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.RequestReader;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the body of a message request, or of one to count its tokens. */
public final class MessagesRequestReader extends RequestReader {
    /** Tokens that frame a prompt whatever it holds. */
    private static final int UNITS_A_REQUEST = 64;
    /** What a schema for the answer adds to a prompt beyond itself, and that it may stand there twice. */
    private static final int UNITS_A_SCHEMA = 512;

    /** Where an upstream account may have its requests run at a dearer rate without anybody asking for it. */
    private static final String DEAREST_REGION = "us";

    private final Service service;
    private final ContentReader content;
    private final ToolReader tools;
    private final List<MeteredRequest.Reference> references = new ArrayList<>();
    private CeilingPoint ceiling = new CeilingPoint(-1, "", 0);
    private long thinkingBudget;
    private @Nullable String model;
    private boolean elsewhere;
    private boolean stream;
    private boolean structured;
    private @Nullable String effort;
    private @Nullable String user;
    private @Nullable String tier;
    private @Nullable String region;
    private @Nullable String dearestRegion = DEAREST_REGION;

    /** A reader of a request to Anthropic itself. */
    MessagesRequestReader(JsonParser parser, Service service) {
        super(parser, MessagesFields.TABLE);
        this.service = service;
        this.content = new ContentReader(parser);
        this.tools = new ToolReader(parser);
        this.weight = UNITS_A_REQUEST;
    }

    /**
     * A reader of a request to another provider that serves Anthropic's models, at prices that know no regions of Anthropic's.
     *
     * @param streams a stream is asked for, whatever the body says
     */
    public MessagesRequestReader(JsonParser parser, Service service, boolean streams) {
        this(parser, service);
        this.stream = streams;
        this.elsewhere = true;
        this.dearestRegion = null;
    }

    @Override
    protected void priced(String name) {
        switch (name) {
            case "model" -> model = Value.text(parser, name);
            case "messages" -> content.messages();
            case "system" -> content.content(name);
            case "max_tokens" -> ceiling();
            case "stream" -> {
                boolean asked = Value.bool(parser, name);
                stream = elsewhere ? stream : asked;
            }
            case "thinking" -> thinking();
            case "tools" -> tools.read();
            case "output_config" -> outputConfig();
            case "output_format" -> schema();
            case "context_management" -> contextManagement();
            case "service_tier" -> serviceTier();
            case "inference_geo" -> inferenceGeo();
            case "speed" -> speed();
            case "metadata" -> metadata();
            case "user_profile_id" -> named(name);
            case "diagnostics" -> diagnostics();
            default -> weight += TextWeight.of(parser);
        }
    }

    /** A ceiling of 0 writes the cache and answers nothing. */
    private void ceiling() {
        Long tokens = Value.count(parser, "max_tokens", 0);
        if (tokens != null) {
            ceiling = new CeilingPoint(offset(), parser.getString(), tokens);
        }
    }

    private void thinking() {
        if (!opened("thinking")) {
            return;
        }
        boolean given = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals("budget_tokens")) {
                if (given) {
                    throw BadRequest.repeated("thinking.budget_tokens");
                }
                given = true;
                Long budget = Value.count(parser, "thinking.budget_tokens", 0);
                thinkingBudget = budget == null ? 0 : budget;
            }
            parser.skipChildren();
        }
    }

    private void outputConfig() {
        if (!opened("output_config")) {
            return;
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "effort" -> effort = Value.text(parser, "output_config.effort");
                case "format" -> schema();
                default -> weight += TextWeight.of(parser);
            }
        }
    }

    private void schema() {
        if (parser.currentToken() != JsonToken.VALUE_NULL) {
            structured = true;
            weight += UNITS_A_SCHEMA + 2 * TextWeight.of(parser);
        }
    }

    /** Clearing makes a prompt shorter; a summary is made of one more reading of it. */
    private void contextManagement() {
        if (!opened("context_management")) {
            return;
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (!name.equals("edits")) {
                throw BadRequest.unbounded("context_management." + name);
            }
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw BadRequest.value("context_management.edits", Value.found(parser), "an array");
            }
            for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                edit("context_management.edits[" + i + "]");
            }
        }
    }

    private void edit(String at) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw BadRequest.value(at, Value.found(parser), "an object");
        }
        boolean clears = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals("type")) {
                if (clears) {
                    throw BadRequest.repeated(at + ".type");
                }
                clears = Objects.requireNonNullElse(Value.text(parser, at + ".type"), "")
                        .startsWith("clear_");
                if (!clears) {
                    throw BadRequest.unbounded(at + ".type");
                }
            }
            parser.skipChildren();
        }
        if (!clears) {
            throw BadRequest.value(at + ".type", "absent", "a string");
        }
    }

    private void serviceTier() {
        String asked = Value.text(parser, "service_tier");
        if (asked != null && !asked.equals("auto") && !asked.equals("standard_only")) {
            throw new BadRequest(
                    "unsupported_parameter",
                    "service_tier",
                    "service_tier: " + Value.quoted(asked) + " (expected: auto or standard_only)");
        }
    }

    private void inferenceGeo() {
        String asked = Value.text(parser, "inference_geo");
        if (asked != null) {
            dearestRegion = null;
            region = asked.equals("global") ? null : asked;
        }
    }

    private void speed() {
        String asked = Value.text(parser, "speed");
        tier = asked == null || asked.equals("standard") ? null : asked;
    }

    private void named(String at) {
        String id = Value.text(parser, at);
        if (id != null) {
            references.add(MeteredRequest.Reference.elsewhere(at, id));
        }
    }

    /** How a request differs from an earlier one of the account, which may be anybody's. */
    private void diagnostics() {
        if (!opened("diagnostics")) {
            return;
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.endsWith("_id")) {
                named("diagnostics." + name);
            } else {
                weight += TextWeight.of(parser);
            }
        }
    }

    private void metadata() {
        if (!opened("metadata")) {
            return;
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals("user_id")) {
                user = Value.text(parser, "metadata.user_id");
            }
            parser.skipChildren();
        }
    }

    @Override
    protected MeteredRequest finished() {
        String asked = required(model);
        if (!given("messages")) {
            throw BadRequest.value("messages", "absent", "an array");
        }
        if (!service.free() && ceiling.offset() < 0) {
            throw BadRequest.value("max_tokens", "absent", "a whole number: the most tokens that the answer may have");
        }
        return new MeteredRequest(
                service,
                asked,
                stream && !service.free(),
                true,
                Math.max(ceiling.tokens(), thinkingBudget),
                1,
                weight + content.weight() + tools.weight() + content.toolReferences() * tools.largest(),
                new MeteredRequest.ImageCount(0, content.images()),
                content.documentBytes(),
                tools.count(),
                structured,
                effort,
                new MeteredRequest.Conditions(tier, region, dearestRegion),
                new MeteredRequest.Extent(1, null, Map.of(), MeteredRequest.Kept.naming(references)),
                user,
                Map.of(),
                unknown(),
                ceiling);
    }
}
