package tollgate.dialect.openai;

import java.util.function.BiConsumer;
import tollgate.dialect.Allowance;

/**
 * {@code x-ratelimit-limit-requests: 60}, {@code x-ratelimit-remaining-requests: 59}, {@code x-ratelimit-reset-requests: 1s}
 * and the same of tokens, as <a href="https://platform.openai.com/docs/guides/rate-limits">OpenAI</a> writes them. Stateless.
 */
final class RateLimitFields {
    private static final long HOUR_MS = 3_600_000;
    private static final long MINUTE_MS = 60_000;

    private RateLimitFields() {}

    static void tell(Allowance left, BiConsumer<String, String> field) {
        String of = left.of().wireName();
        field.accept("x-ratelimit-limit-" + of, Long.toString(left.limit()));
        field.accept("x-ratelimit-remaining-" + of, Long.toString(left.remaining()));
        field.accept("x-ratelimit-reset-" + of, duration(Math.max(0, left.resetsMs() - left.nowMs())));
    }

    /** {@code 6m0s}, {@code 1h0m2.5s}, {@code 8.64s}, {@code 20ms}: as Go writes a duration. */
    static String duration(long ms) {
        if (ms < 1_000) {
            return ms == 0 ? "0s" : ms + "ms";
        }
        StringBuilder text = new StringBuilder();
        if (ms >= HOUR_MS) {
            text.append(ms / HOUR_MS).append('h');
        }
        if (ms >= MINUTE_MS) {
            text.append(ms % HOUR_MS / MINUTE_MS).append('m');
        }
        text.append(ms % MINUTE_MS / 1_000);
        long fraction = ms % 1_000;
        if (fraction > 0) {
            text.append('.').append(Long.toString(1_000 + fraction).substring(1).replaceAll("0+$", ""));
        }
        return text.append('s').toString();
    }
}
