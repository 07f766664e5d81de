package tollgate.dialect.openai;

import tollgate.dialect.json.RequestFields;

/** The one table of a chat request's top-level fields. */
final class ChatFields {
    // The last row is what other vendors call a search, a plugin, or another model than the one that was priced.
    static final RequestFields TABLE = new RequestFields()
            .with(
                    RequestFields.Kind.PRICED,
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
                    "metadata",
                    "store",
                    "extra_body")
            .with(
                    RequestFields.Kind.FREE,
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
                    "verbosity",
                    "safety_identifier",
                    "prompt_cache_key",
                    "prompt_cache_retention")
            .with(
                    RequestFields.Kind.NOT_PRICED,
                    "audio",
                    "web_search_options",
                    "prediction",
                    "background",
                    "best_of",
                    "search_parameters",
                    "web_search",
                    "enable_search",
                    "plugins",
                    "data_sources",
                    "datasources",
                    "enhancements",
                    "models");

    private ChatFields() {}
}
