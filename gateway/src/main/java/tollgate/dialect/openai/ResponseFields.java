package tollgate.dialect.openai;

import tollgate.dialect.json.RequestFields;
import tollgate.dialect.json.RequestFields.Kind;

/** The one table of a response request's top-level fields. */
final class ResponseFields {
    static final RequestFields TABLE = new RequestFields()
            .with(
                    Kind.PRICED,
                    "model",
                    "input",
                    "instructions",
                    "stream",
                    "max_output_tokens",
                    "max_tool_calls",
                    "tools",
                    "tool_choice",
                    "text",
                    "reasoning",
                    "service_tier",
                    "user",
                    "metadata",
                    "background",
                    "store",
                    // what is kept at the provider is read again with every turn
                    "previous_response_id",
                    "conversation",
                    "context_management")
            .with(
                    Kind.FREE,
                    "temperature",
                    "top_p",
                    "top_k",
                    "top_logprobs",
                    "seed",
                    "include",
                    "stream_options",
                    "truncation",
                    "parallel_tool_calls",
                    "presence_penalty",
                    "frequency_penalty",
                    "safety_identifier",
                    "prompt_cache_key",
                    "prompt_cache_retention")
            // of chat, or what other vendors call a search, a plugin, or another model than the one that was priced
            .with(
                    Kind.NOT_PRICED,
                    // stored at the provider, it may bring tools of any price
                    "prompt",
                    "max_tokens",
                    "max_completion_tokens",
                    "n",
                    "modalities",
                    "audio",
                    "web_search_options",
                    "search_parameters",
                    "web_search",
                    "enable_search",
                    "plugins",
                    "models");

    private ResponseFields() {}
}
