package tollgate.dialect.answer;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.Jackson;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Finds numbers in usage objects that nobody here takes into account: providers add what they bill without notice. A number
 * of a known name is either counted, or tells what others tell too, or a time. Stateless.
 */
final class UnknownCounts {
    private static final int MOST_SHOWN = 200;
    private static final int LONGEST_NUMBER = 64;

    /** What is priced or held in a class of its own, in whatever provider's object. */
    private static final Set<String> COUNTED = Set.of(
            "prompt_tokens",
            "completion_tokens",
            "total_tokens",
            "input_tokens",
            "output_tokens",
            "cached_tokens",
            "num_cached_tokens",
            "cache_write_tokens",
            "prompt_cache_hit_tokens",
            "audio_tokens",
            "image_tokens",
            "reasoning_tokens",
            "cache_creation_input_tokens",
            "cache_read_input_tokens",
            "ephemeral_5m_input_tokens",
            "ephemeral_1h_input_tokens",
            "web_search_requests",
            "promptTokenCount",
            "candidatesTokenCount",
            "totalTokenCount",
            "cachedContentTokenCount",
            "thoughtsTokenCount",
            "toolUsePromptTokenCount",
            "tokenCount",
            "inputTokens",
            "outputTokens",
            "totalTokens",
            "cacheReadInputTokens",
            "cacheWriteInputTokens",
            "cacheReadInputTokenCount",
            "cacheWriteInputTokenCount",
            "inputTokenCount",
            "outputTokenCount",
            "inputTextTokenCount",
            "prompt_eval_count",
            "eval_count",
            "prompt_eval_cached_count",
            "total_duration",
            "num_requests",
            "cost",
            "cost_in_usd_ticks",
            "total_cost");

    /** What tells nothing that is billed besides: shares of what is counted, parts of a cost that is told, free calls, times. */
    private static final Set<String> TELLING = Set.of(
            "accepted_prediction_tokens",
            "rejected_prediction_tokens",
            "audio_prompt_tokens",
            "text_tokens",
            "thinking_tokens",
            "prompt_cache_miss_tokens",
            "web_fetch_requests",
            "input_tokens_cost",
            "output_tokens_cost",
            "request_cost",
            "cost_estimate",
            "upstream_inference_cost",
            "upstream_inference_completions_cost",
            "upstream_inference_prompt_cost",
            "upstream_inference_input_cost",
            "upstream_inference_output_cost",
            "prompt_audio_seconds",
            "invocationLatency",
            "firstByteLatency");

    /** Times are measured, not billed: but for the one that is counted. */
    private static final String[] TIMES = {"_ms", "_time", "_duration"};

    private UnknownCounts() {}

    /**
     * Reads a usage object, or the fields behind the first value of one.
     *
     * @return names and values, for people; null where every number is known, 0, or cannot be read
     */
    static @Nullable String find(byte[] bytes, int length) {
        if (length == 0) {
            return null;
        }
        boolean inside = bytes[0] != '{';
        byte[] object = inside ? whole(bytes, length) : bytes;
        StringBuilder found = null;
        try (JsonParser parser = Jackson.parser(object, 0, inside ? object.length : length)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if ((token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT)
                        && parser.currentName() != null
                        && !known(parser.currentName())) {
                    found = add(found, parser);
                }
            }
        } catch (JacksonException unreadable) {
            return found == null ? null : found.toString();
        }
        return found == null ? null : found.toString();
    }

    private static byte[] whole(byte[] bytes, int length) {
        return ("{\"total_duration\":" + new String(bytes, 0, length, StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static boolean known(String name) {
        if (COUNTED.contains(name) || TELLING.contains(name)) {
            return true;
        }
        for (String time : TIMES) {
            if (name.endsWith(time)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable StringBuilder add(@Nullable StringBuilder before, JsonParser parser) {
        BigDecimal number = Jackson.number(parser);
        boolean zero = number != null && number.signum() == 0;
        if (zero || (before != null && before.length() > MOST_SHOWN)) {
            return before;
        }
        StringBuilder found = before == null ? new StringBuilder() : before.append(", ");
        String name = parser.currentName();
        return found.append(name, 0, Math.min(name.length(), MOST_SHOWN))
                .append('=')
                .append(number == null || digits(number) > LONGEST_NUMBER ? "beyond all" : number.toPlainString());
    }

    private static long digits(BigDecimal number) {
        return number.precision() + Math.abs((long) number.scale());
    }
}
