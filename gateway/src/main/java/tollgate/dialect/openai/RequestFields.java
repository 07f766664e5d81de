package tollgate.dialect.openai;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one table of a chat request's top-level fields: which pass freely, which bill and are bounded in the hold, which
 * bill and have no price yet. Names that are not here pass, weigh as text, and raise a metric.
 */
final class RequestFields {
    /** What a field means to the bill. */
    enum Kind {
        /** Passes; changes no count of tokens. */
        FREE,
        /** Read: it bills, or bounds what bills, or is kept in the record. */
        PRICED,
        /** Bills in a way that has no price yet: refused, naming it. */
        NOT_PRICED
    }

    private static final Map<String, Kind> KINDS = new HashMap<>();

    static {
        put(
                Kind.PRICED,
                "model",
                "messages",
                "stream",
                "stream_options",
                "max_tokens",
                "max_completion_tokens",
                "n",
                "tools",
                "functions",
                "tool_choice",
                "function_call",
                "response_format",
                "reasoning_effort",
                "modalities",
                "service_tier",
                "user",
                "metadata");
        put(
                Kind.FREE,
                "temperature",
                "top_p",
                "top_k",
                "min_p",
                "stop",
                "seed",
                "logprobs",
                "top_logprobs",
                "logit_bias",
                "presence_penalty",
                "frequency_penalty",
                "repetition_penalty",
                "parallel_tool_calls",
                "store",
                "verbosity",
                "safety_identifier",
                "prompt_cache_key",
                "prompt_cache_retention");
        // The last row is what other vendors call a search, a plugin, or another model than the one that was priced.
        put(
                Kind.NOT_PRICED,
                "audio",
                "web_search_options",
                "prediction",
                "background",
                "best_of",
                "search_parameters",
                "web_search",
                "enable_search",
                "plugins",
                "models");
    }

    private RequestFields() {}

    private static void put(Kind kind, String... names) {
        for (String name : names) {
            KINDS.put(name, kind);
        }
    }

    /** The kind of a field; null when the table does not list it. */
    static @Nullable Kind kind(String name) {
        return KINDS.get(name);
    }

    /** The field that a reader which ignores case would take an unlisted name for; null for none that bills. */
    static @Nullable String mistakable(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        Kind kind = KINDS.get(lower);
        return kind == null || kind == Kind.FREE ? null : lower;
    }
}
