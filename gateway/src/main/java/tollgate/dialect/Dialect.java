package tollgate.dialect;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One provider family's wire language. Stateless and thread-safe; the scanners it makes are not.
 */
public interface Dialect {
    /** The name in configuration and metrics: {@code openai}. */
    String name();

    /**
     * What a method and a raw path (no query) ask for.
     *
     * @return null where the path is not metered, which is answered 404: nothing passes unpaid
     */
    @Nullable
    Service service(String method, String path);

    /**
     * Reads a whole request body in one pass, without moving its indices, retaining or changing it.
     *
     * @param body contiguous or composite; the caller keeps and releases it
     */
    RequestReading read(ByteBuf body);

    /** A scanner for one answer of the given shape. */
    AnswerScanner scanner(AnswerShape shape);

    /**
     * Whether an upstream's error says that the account it was asked with is at fault (its key, its quota, its bills), and
     * not the request or the moment.
     *
     * @param document the error as it came, decoded; of any form
     */
    boolean blamesAccount(byte[] document);

    /** The body of a refusal, for an answer that has not begun. */
    ErrorBody error(Refusal refusal);

    /**
     * The event that ends a stream which has begun, as a whole block up to and including its blank line.
     *
     * @param comment an announcement's line for inside the block ({@link Announcement#comment()}), or null for none
     */
    byte[] errorEvent(Refusal refusal, byte @Nullable [] comment);
}
