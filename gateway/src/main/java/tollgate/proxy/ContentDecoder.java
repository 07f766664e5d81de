package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.compression.ZlibCodecFactory;
import io.netty.handler.codec.compression.ZlibWrapper;
import java.util.function.Consumer;

/**
 * Undoes gzip on one answer, up to a bound: a small answer must not fill our memory. Confined to its exchange's event
 * loop.
 *
 * <p>What it hands on belongs to the consumer.
 */
final class ContentDecoder implements AutoCloseable {
    private static final long MOST_BYTES = 256L << 20;

    private final EmbeddedChannel inflating = new EmbeddedChannel(ZlibCodecFactory.newZlibDecoder(ZlibWrapper.GZIP, 0));
    private long decoded;

    /** Whether a Content-Encoding is one that this undoes. */
    static boolean isGzip(String coding) {
        return coding.equalsIgnoreCase("gzip") || coding.equalsIgnoreCase("x-gzip");
    }

    /**
     * Decodes the next bytes, which stay the caller's.
     *
     * @throws DecompressionException when they are not gzip, or too many come of them
     */
    void decode(ByteBuf coded, Consumer<ByteBuf> to) {
        inflating.writeInbound(coded.retainedSlice());
        for (ByteBuf next; (next = inflating.readInbound()) != null; ) {
            decoded += next.readableBytes();
            if (decoded > MOST_BYTES) {
                next.release();
                throw new DecompressionException(
                        "decoded bytes: " + decoded + " (expected: at most " + MOST_BYTES + ")");
            }
            to.accept(next);
        }
    }

    @Override
    public void close() {
        try {
            inflating.finishAndReleaseAll();
        } catch (DecompressionException torn) {
            // the answer broke off inside a block: it is over either way
            inflating.releaseInbound();
        }
    }
}
