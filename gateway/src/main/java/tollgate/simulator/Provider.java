package tollgate.simulator;

import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One family's wire language, as its provider speaks it. Stateless and thread-safe. */
interface Provider {
    /** The head of an answer with a body of such a type. */
    HttpHeaders headers(String contentType);

    /** Whether a request shows who asks. */
    boolean hasKey(HttpHeaders asked);

    /** The model that is asked for, directives and all. */
    default String model(JsonNode body) {
        return body.path("model").asString("");
    }

    /** What is wrong with a request; null: nothing. */
    @Nullable
    String fault(HttpHeaders asked, JsonNode body);

    /** Whether the answer would take more memory to make than is to be had. */
    boolean isTooLarge(JsonNode body, Directives directives);

    /** The answer to a request. */
    Answer answer(JsonNode body, Directives directives);

    /** Says in an error's head what it is, where its document does not. */
    default void mark(HttpHeaders headers, int status, @Nullable String code) {}

    /**
     * An error's document.
     *
     * @param code as the request asked for it; null: the usual one of the status
     */
    byte[] error(int status, @Nullable String code, String message);
}
