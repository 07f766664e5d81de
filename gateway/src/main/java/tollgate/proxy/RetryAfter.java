package tollgate.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** How long an upstream wants not to be asked (RFC 9110 §10.2.3, and the field with milliseconds beside it). Stateless. */
final class RetryAfter {
    private RetryAfter() {}

    /** As an answer says; null where it does not, or not so that it can be read. */
    static @Nullable Duration of(HttpHeaders head) {
        String millis = head.get("retry-after-ms");
        if (millis != null && millis.matches("\\d{1,9}")) {
            return Duration.ofMillis(Long.parseLong(millis));
        }
        String after = head.get(HttpHeaderNames.RETRY_AFTER);
        if (after == null) {
            return null;
        }
        if (after.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(after));
        }
        try {
            Instant until = ZonedDateTime.parse(after, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration left = Duration.between(Instant.now(), until);
            return left.isNegative() ? Duration.ZERO : left;
        } catch (DateTimeException unreadable) {
            return null;
        }
    }
}
