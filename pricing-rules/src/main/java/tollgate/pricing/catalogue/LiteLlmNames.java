package tollgate.pricing.catalogue;

import java.util.List;
import java.util.Map;

/** What LiteLLM's fields, modes and adapters are called here. */
final class LiteLlmNames {
    /** Fields of tokens, which have long prompts and tiers. */
    static final Map<String, String> TOKENS = Map.ofEntries(
            Map.entry("input_cost_per_token", "input"),
            Map.entry("output_cost_per_token", "output"),
            Map.entry("output_cost_per_reasoning_token", "reasoning_output"),
            Map.entry("cache_read_input_token_cost", "cached_input"),
            Map.entry("cache_creation_input_token_cost", "cache_write"),
            Map.entry("cache_creation_input_token_cost_above_1hr", "cache_write_1h"),
            Map.entry("input_cost_per_audio_token", "audio_input"),
            Map.entry("output_cost_per_audio_token", "audio_output"),
            Map.entry("cache_read_input_audio_token_cost", "cached_audio_input"),
            Map.entry("input_cost_per_image_token", "image_input"),
            Map.entry("output_cost_per_image_token", "image_output"),
            Map.entry("output_cost_per_video_token", "video_output"));

    /** Fields of anything else, which have neither. */
    static final Map<String, String> PIECES = Map.ofEntries(
            Map.entry("citation_cost_per_token", "citation"),
            Map.entry("input_cost_per_character", "character"),
            Map.entry("input_cost_per_query", "search_query"),
            Map.entry("input_cost_per_request", "request"),
            Map.entry("input_cost_per_audio_per_second", "audio_second"),
            Map.entry("input_cost_per_video_per_second", "video_input_second"),
            Map.entry("output_cost_per_video_per_second", "video_second"),
            Map.entry("ocr_cost_per_page", "page"),
            Map.entry("annotation_cost_per_page", "annotated_page"),
            Map.entry("code_interpreter_cost_per_session", "code_session"));

    static final Map<String, String> SERVICES = Map.ofEntries(
            Map.entry("completion", "completions"),
            Map.entry("responses", "responses"),
            Map.entry("embedding", "embeddings"),
            Map.entry("rerank", "rerank"),
            Map.entry("image_generation", "image"),
            Map.entry("image_edit", "image"),
            Map.entry("audio_speech", "speech"),
            Map.entry("audio_transcription", "transcription"),
            Map.entry("realtime", "realtime"),
            Map.entry("video_generation", "video"),
            Map.entry("moderation", "moderation"),
            Map.entry("ocr", "ocr"),
            Map.entry("search", "search"),
            Map.entry("vector_store", "search"));

    /** Adapters of the same provider. */
    static final Map<String, String> PROVIDERS = Map.of(
            "text-completion-openai", "openai",
            "azure_ai", "azure",
            "azure_text", "azure",
            "bedrock_converse", "bedrock",
            "bedrock_mantle", "bedrock",
            "codestral", "mistral",
            "text-completion-codestral", "mistral",
            "cohere_chat", "cohere");

    static final List<String> INPUTS = List.of(
            "cached_input", "cached_audio_input", "cache_write", "cache_write_1h", "audio_input", "image_input");

    static final List<String> OUTPUTS =
            List.of("output", "reasoning_output", "audio_output", "image_output", "video_output");

    private LiteLlmNames() {}

    /** The provider by our name, so that our fees apply to it. */
    static String provider(String litellm) {
        if (litellm.equals("gemini") || litellm.startsWith("vertex_ai-language")) {
            return "google";
        }
        return PROVIDERS.getOrDefault(litellm, litellm);
    }
}
