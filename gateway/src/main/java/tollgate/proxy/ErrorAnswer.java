package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Dialect;

/**
 * An upstream's error, read beside the lane: whether it is our own account that it refuses. What cannot be read, of
 * another coding or longer than {@value #MOST} bytes, might quote that account.
 *
 * <p>Confined to its exchange's event loop. Slices stay the caller's.
 */
final class ErrorAnswer implements AutoCloseable {
    private static final int MOST = 64 * 1024;
    private static final int QUOTED = 2048;

    private final ByteArrayOutputStream document = new ByteArrayOutputStream();
    private final @Nullable ContentDecoder decoder;
    private boolean readable;

    /** An error with these header fields is about to come. */
    ErrorAnswer(HttpHeaders headers) {
        String coding = String.join(",", headers.getAll(HttpHeaderNames.CONTENT_ENCODING));
        boolean gzip = ContentDecoder.isGzip(coding);
        this.decoder = gzip ? new ContentDecoder() : null;
        this.readable = gzip || coding.isEmpty() || coding.equalsIgnoreCase("identity");
    }

    void read(ByteBuf slice) {
        ContentDecoder coded = decoder;
        if (!readable) {
            return;
        }
        if (coded == null) {
            keep(slice);
            return;
        }
        try {
            coded.decode(slice, plain -> {
                keep(plain);
                plain.release();
            });
        } catch (DecompressionException notGzip) {
            readable = false;
        }
    }

    private void keep(ByteBuf plain) {
        int room = MOST - document.size();
        if (plain.readableBytes() > room) {
            readable = false;
        }
        try {
            plain.getBytes(plain.readerIndex(), document, Math.min(room, plain.readableBytes()));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Everything that came could be read. */
    boolean readable() {
        return readable;
    }

    /** It is our account that the upstream refuses, not the request. */
    boolean blamesAccount(Dialect dialect) {
        return dialect.blamesAccount(document.toByteArray());
    }

    /** How it begins, for the operator. */
    String quoted() {
        byte[] bytes = document.toByteArray();
        return new String(bytes, 0, Math.min(QUOTED, bytes.length), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        if (decoder != null) {
            decoder.close();
        }
    }
}
