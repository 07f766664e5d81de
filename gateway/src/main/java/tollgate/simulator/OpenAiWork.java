package tollgate.simulator;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The kinds of work that the sandbox does in OpenAI's language. */
enum OpenAiWork {
    /** Chat Completions. */
    CHAT {
        @Override
        @Nullable
        String fault(JsonNode body) {
            return body.path("messages").isArray() && !body.path("messages").isEmpty()
                    ? null
                    : "Invalid 'messages': expected a non-empty array.";
        }

        @Override
        boolean isTooLarge(JsonNode body, Directives directives) {
            ChatCall call = ChatCall.of(body);
            return ChatAnswer.isTooLarge(call.stream(), call.ceiling(), call.choices(), directives);
        }

        @Override
        Answer answer(JsonNode body, Directives directives) {
            return new ChatAnswer(ChatCall.of(body), directives);
        }
    },
    /** Completions, the legacy ones. */
    COMPLETIONS {
        @Override
        @Nullable
        String fault(JsonNode body) {
            return Prompts.of(body.path("prompt")).isEmpty() ? "Invalid 'prompt': expected text." : null;
        }

        @Override
        boolean isTooLarge(JsonNode body, Directives directives) {
            return ChatAnswer.isTooLarge(
                    body.path("stream").asBoolean(false),
                    body.path("max_tokens").asLong(-1),
                    CompletionAnswer.candidates(body),
                    directives);
        }

        @Override
        Answer answer(JsonNode body, Directives directives) {
            return new CompletionAnswer(body, directives);
        }
    },
    /** Embeddings. */
    EMBEDDINGS {
        @Override
        @Nullable
        String fault(JsonNode body) {
            return Prompts.of(body.path("input")).isEmpty() ? "Invalid 'input': expected text." : null;
        }

        @Override
        Answer answer(JsonNode body, Directives directives) {
            return new EmbeddingAnswer(body, directives);
        }
    },
    /** Responses. */
    RESPONSES {
        @Override
        @Nullable
        String fault(JsonNode body) {
            return body.path("input").isString() || !body.path("input").isEmpty() ? null : "Invalid 'input'.";
        }

        @Override
        boolean isTooLarge(JsonNode body, Directives directives) {
            return ChatAnswer.isTooLarge(
                    body.path("stream").asBoolean(false), ResponseAnswer.ceiling(body), 2, directives);
        }

        @Override
        Answer answer(JsonNode body, Directives directives) {
            return new ResponseAnswer(body, directives);
        }
    },
    /** Moderations. */
    MODERATION {
        @Override
        @Nullable
        String fault(JsonNode body) {
            return body.has("input") ? null : "Invalid 'input': expected text.";
        }

        @Override
        Answer answer(JsonNode body, Directives directives) {
            return new ModerationAnswer(body);
        }
    };

    /** What is wrong with a request; null: nothing. */
    abstract @Nullable String fault(JsonNode body);

    /** Whether the answer would take more memory to make than is to be had. */
    boolean isTooLarge(JsonNode body, Directives directives) {
        return false;
    }

    /** The answer to a request. */
    abstract Answer answer(JsonNode body, Directives directives);
}
