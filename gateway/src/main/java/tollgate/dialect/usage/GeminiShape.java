package tollgate.dialect.usage;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import tollgate.pricing.UnitClass;

/**
 * Gemini's {@code usageMetadata} (also of live sessions, embeddings and Vertex) and the usage of its interactions.
 * Thoughts and prompts of tools are outside the other counts; cached tokens are within the prompt.
 */
final class GeminiShape implements Shape {
    @Override
    public boolean recognises(Counts counts) {
        return counts.hasAny(
                "promptTokenCount",
                "candidatesTokenCount",
                "responseTokenCount",
                "totalTokenCount",
                "trafficType",
                "token_count",
                "statistics_token_count",
                "total_input_tokens",
                "total_output_tokens");
    }

    @Override
    public List<Reported.Part> read(Counts counts, Predicate<UnitClass> apart) {
        boolean interactions = counts.hasAny("total_input_tokens", "total_output_tokens");
        long tools = counts.count("toolUsePromptTokenCount", "total_tool_use_tokens");
        long thoughts = counts.count("thoughtsTokenCount", "total_thought_tokens");
        long prompt = counts.count("promptTokenCount", "total_input_tokens", "token_count", "statistics_token_count");
        long answer = counts.count("candidatesTokenCount", "responseTokenCount", "total_output_tokens");
        String read = interactions
                ? "input_tokens_by_modality"
                : details(counts, "promptTokensDetails", "promptTokenDetails");
        String cached = interactions ? "cached_tokens_by_modality" : "cacheTokensDetails";
        String made = interactions
                ? "output_tokens_by_modality"
                : details(counts, "candidatesTokensDetails", "responseTokensDetails");
        Split split = new Split(counts, apart)
                .prompt(
                        prompt + tools,
                        new Split.Prompt(
                                counts.count("cachedContentTokenCount", "total_cached_tokens"),
                                of(counts, cached, "AUDIO"),
                                of(counts, cached, "IMAGE"),
                                0,
                                of(counts, read, "AUDIO"),
                                of(counts, read, "IMAGE"),
                                of(counts, read, "VIDEO")))
                .answer(
                        answer + thoughts,
                        new Split.Answer(
                                thoughts,
                                of(counts, made, "AUDIO"),
                                of(counts, made, "IMAGE"),
                                of(counts, made, "VIDEO")));
        long total = counts.count("totalTokenCount", "total_tokens");
        if (counts.hasAny("totalTokenCount", "total_tokens") && total > prompt + answer + tools + thoughts) {
            counts.doubt("totalTokenCount: " + total + " (expected: " + (prompt + answer + tools + thoughts) + ")");
        }
        if ("PROVISIONED_THROUGHPUT".equals(counts.text("trafficType"))) {
            counts.doubt("trafficType: PROVISIONED_THROUGHPUT (expected: traffic that is billed by the token)");
        }
        return List.of(new Reported.Part(null, split.usage().build()));
    }

    private static String details(Counts counts, String name, String otherwise) {
        return counts.has(name) ? name : otherwise;
    }

    private static long of(Counts counts, String details, String modality) {
        long sum = 0;
        for (Counts each : counts.items(details)) {
            String named = each.text("modality");
            if (named != null && named.toUpperCase(Locale.ROOT).equals(modality)) {
                sum += each.count("tokenCount", "tokens");
            }
        }
        return sum;
    }
}
