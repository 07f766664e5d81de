package tollgate.dialect.usage;

import java.util.List;
import java.util.function.Predicate;
import tollgate.pricing.UnitClass;

/**
 * Bedrock's Converse object, the metrics of InvokeModel and its headers. Counts have two names; the prompt excludes the
 * cache, but where the total says otherwise it includes it.
 */
final class BedrockShape implements Shape {
    @Override
    public boolean recognises(Counts counts) {
        return counts.hasAny(
                "inputTokens",
                "outputTokens",
                "inputTextTokenCount",
                "inputTokenCount",
                "outputTokenCount",
                "x-amzn-bedrock-input-token-count");
    }

    @Override
    public List<Reported.Part> read(Counts counts, Predicate<UnitClass> apart) {
        long input = counts.count(
                "inputTokens", "inputTokenCount", "inputTextTokenCount", "x-amzn-bedrock-input-token-count");
        long output = counts.count("outputTokens", "outputTokenCount", "x-amzn-bedrock-output-token-count");
        long read = counts.count(
                "cacheReadInputTokens", "cacheReadInputTokenCount", "x-amzn-bedrock-cache-read-input-token-count");
        long written = counts.count(
                "cacheWriteInputTokens", "cacheWriteInputTokenCount", "x-amzn-bedrock-cache-write-input-token-count");
        long total = counts.count("totalTokens", "totalTokenCount");
        long plain = input;
        if (read + written > 0 && counts.has("totalTokens") && total != input + read + written + output) {
            counts.doubt("totalTokens: " + total + " (expected: " + (input + read + written + output)
                    + "); inputTokens are taken to include the cache");
            plain = Math.max(0, input - read - written);
        } else if (counts.has("totalTokens") && total != input + read + written + output) {
            counts.doubt("totalTokens: " + total + " (expected: " + (input + output) + ")");
        }
        long hour = 0;
        long minutes = 0;
        for (Counts each : counts.items("cacheDetails")) {
            if ("1h".equals(each.text("ttl"))) {
                hour += each.count("inputTokens");
            } else {
                minutes += each.count("inputTokens");
            }
        }
        hour = Math.min(hour, written);
        minutes = Math.min(minutes, written - hour);
        Split split = new Split(counts, apart)
                .add(UnitClass.CACHED_INPUT, read)
                .add(UnitClass.CACHE_WRITE_1H, hour)
                .add(UnitClass.CACHE_WRITE_5M, minutes)
                .add(UnitClass.CACHE_WRITE, written - hour - minutes)
                .answer(output, Split.Answer.reasoning(0));
        return List.of(new Reported.Part(
                null, split.usage().add(UnitClass.INPUT, plain).build()));
    }
}
