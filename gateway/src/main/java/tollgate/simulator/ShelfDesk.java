package tollgate.simulator;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers what is asked about what the sandbox keeps. Stateless but for its shelf. */
final class ShelfDesk {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Pattern RESPONSE = Pattern.compile("/v1/responses/([^/]+)(/cancel|/input_items)?");
    private static final Pattern COMPLETION = Pattern.compile("/v1/chat/completions/([^/]+)(/messages)?");
    private static final Pattern CONVERSATION = Pattern.compile("/v1/conversations(?:/([^/]+))?(/items)?");

    private final Shelf shelf;

    ShelfDesk(Shelf shelf) {
        this.shelf = shelf;
    }

    /**
     * An answer.
     *
     * @param stream events; null where it is one document
     */
    record Said(int status, String document, @Nullable List<byte[]> stream) {
        Said(int status, String document) {
            this(status, document, null);
        }
    }

    /** Answers, where the path is about something that is kept; null where it is not. */
    @Nullable
    Said answer(String method, String path, @Nullable String query, String body) {
        Matcher response = RESPONSE.matcher(path);
        if (response.matches()) {
            return response(method, response.group(1), String.valueOf(response.group(2)), String.valueOf(query));
        }
        Matcher completion = COMPLETION.matcher(path);
        if (completion.matches()) {
            return document(method, completion.group(1), completion.group(2) != null, body);
        }
        Matcher conversation = CONVERSATION.matcher(path);
        if (conversation.matches()) {
            return conversation.group(1) == null
                    ? converse(body)
                    : document(method, conversation.group(1), conversation.group(2) != null, body);
        }
        return null;
    }

    private Said response(String method, String id, String part, String query) {
        Shelf.KeptResponse kept = shelf.response(id);
        if (kept == null) {
            return missing(id);
        }
        if (method.equals("DELETE")) {
            shelf.remove(id);
            return deleted(id, "response");
        }
        if (part.equals("/cancel")) {
            if (!kept.background()) {
                return new Said(400, error(400, "Cannot cancel a synchronous response."));
            }
            if (!kept.isReady()) {
                kept = kept.calledOff();
                shelf.put(id, kept);
            }
        }
        if (part.equals("/input_items")) {
            ObjectNode list = JSON.createObjectNode().put("object", "list");
            list.putArray("data")
                    .addObject()
                    .put("id", "msg_in_" + id)
                    .put("type", "message")
                    .put("role", "user")
                    .putArray("content")
                    .addObject()
                    .put("type", "input_text")
                    .put("text", kept.asked().path("input").asString(""));
            return new Said(200, list.put("has_more", false).toString());
        }
        if (query.contains("stream=true")) {
            return new Said(200, "", kept.answer().events());
        }
        byte[] said = kept.isReady()
                ? kept.answer().document()
                : kept.answer().unfinished(kept.cancelled() ? "cancelled" : "in_progress");
        return new Said(200, new String(said, StandardCharsets.UTF_8));
    }

    private Said document(String method, String id, boolean part, String body) {
        ObjectNode kept = shelf.document(id);
        if (kept == null) {
            return missing(id);
        }
        if (method.equals("DELETE")) {
            shelf.remove(id);
            return deleted(id, kept.path("object").asString(""));
        }
        JsonNode change = body.isEmpty() ? JSON.createObjectNode() : JSON.readTree(body);
        if (part) {
            ObjectNode list = JSON.createObjectNode().put("object", "list");
            ArrayNode items = list.putArray("data");
            change.path("items").forEach(items::add);
            return new Said(200, list.put("has_more", false).toString());
        }
        if (change.has("metadata")) {
            kept.set("metadata", change.path("metadata"));
        }
        return new Said(200, kept.toString());
    }

    private Said converse(String body) {
        JsonNode asked = body.isEmpty() ? JSON.createObjectNode() : JSON.readTree(body);
        ObjectNode made = JSON.createObjectNode()
                .put("id", Shelf.id("conv_"))
                .put("object", "conversation")
                .put("created_at", 1_760_000_000L);
        made.set("metadata", asked.has("metadata") ? asked.path("metadata") : JSON.createObjectNode());
        shelf.put(made.path("id").asString(), made);
        return new Said(200, made.toString());
    }

    private static Said deleted(String id, String object) {
        return new Said(
                200,
                JSON.createObjectNode()
                        .put("id", id)
                        .put("object", object + ".deleted")
                        .put("deleted", true)
                        .toString());
    }

    private static Said missing(String id) {
        return new Said(404, error(404, "'" + id + "' not found."));
    }

    private static String error(int status, String message) {
        return new String(
                SandboxError.body(status, status == 404 ? "not_found" : "invalid_request", message),
                StandardCharsets.UTF_8);
    }
}
