package tollgate.simulator;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI, where it keeps what it answers: responses unless they are not to be kept, chat completions where they are. */
final class ShelfProvider implements Provider {
    private static final long NEVER = Long.MAX_VALUE / 4;

    private final OpenAiProvider plain;
    private final boolean chat;
    private final Shelf shelf;

    ShelfProvider(OpenAiWork work, Shelf shelf) {
        this.plain = new OpenAiProvider(work);
        this.chat = work == OpenAiWork.CHAT;
        this.shelf = shelf;
    }

    @Override
    public HttpHeaders headers(String contentType) {
        return plain.headers(contentType);
    }

    @Override
    public boolean hasKey(HttpHeaders asked) {
        return plain.hasKey(asked);
    }

    @Override
    public @Nullable String fault(HttpHeaders asked, JsonNode body) {
        String earlier = body.path("previous_response_id").asString("");
        if (!chat && !earlier.isEmpty() && shelf.response(earlier) == null) {
            return "Previous response with id '" + earlier + "' not found.";
        }
        JsonNode conversation = body.path("conversation");
        String talk = conversation.isString()
                ? conversation.asString()
                : conversation.path("id").asString("");
        if (!chat && !talk.isEmpty() && shelf.document(talk) == null) {
            return "Conversation with id '" + talk + "' not found.";
        }
        if (background(body) && !body.path("store").asBoolean(true)) {
            return "Background mode requires 'store' to be true.";
        }
        return plain.fault(asked, body);
    }

    private boolean background(JsonNode body) {
        return !chat && body.path("background").asBoolean(false);
    }

    @Override
    public boolean isTooLarge(JsonNode body, Directives directives) {
        return plain.isTooLarge(body, directives);
    }

    @Override
    public Answer answer(JsonNode body, Directives directives) {
        if (chat) {
            return body.path("store").asBoolean(false) ? completion(body, directives) : plain.answer(body, directives);
        }
        if (!body.path("store").asBoolean(true)) {
            return plain.answer(body, directives);
        }
        String id = Shelf.id("resp_");
        ResponseAnswer answer = new ResponseAnswer(body, directives, id, background(body));
        long now = System.nanoTime();
        long takes = directives.is("job", "never")
                ? NEVER
                : directives.duration("job").toNanos();
        long forgotten = directives.text("forget") == null
                ? NEVER
                : directives.duration("forget").toNanos();
        Shelf.KeptResponse kept = new Shelf.KeptResponse(
                body, answer, background(body), background(body) ? now + takes : now, now + forgotten, false);
        shelf.put(id, kept);
        return background(body) && !answer.stream() ? queued(answer) : answer;
    }

    /** What is made later says first that it is not made. */
    private static Answer queued(ResponseAnswer answer) {
        return new Answer() {
            @Override
            public boolean stream() {
                return false;
            }

            @Override
            public byte[] document() {
                return answer.unfinished("queued");
            }

            @Override
            public List<byte[]> events() {
                return List.of();
            }
        };
    }

    private Answer completion(JsonNode body, Directives directives) {
        String id = Shelf.id("chatcmpl-");
        ChatAnswer answer = new ChatAnswer(ChatCall.of(body), directives, id);
        if (!answer.stream()) {
            ObjectNode document =
                    (ObjectNode) JsonMapper.shared().readTree(new String(answer.document(), StandardCharsets.UTF_8));
            document.set("metadata", body.path("metadata"));
            shelf.put(id, document);
        } else {
            shelf.put(id, JsonMapper.shared().createObjectNode().put("id", id).put("object", "chat.completion"));
        }
        return answer;
    }

    @Override
    public byte[] error(int status, @Nullable String code, String message) {
        return plain.error(status, code, message);
    }
}
