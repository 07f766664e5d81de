package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the transfer framing off one body, decided from the head as received (RFC 9112 §6.3).
 *
 * <p>Used on both seams: a request's body and an upstream's answer. Confined to one connection.
 */
abstract sealed class BodyFraming permits ChunkedFraming, BodyFraming.Counted, BodyFraming.UntilClose {
    /** The next slice of body in these bytes, retained for the caller; null when they are used up. */
    abstract @Nullable ByteBuf next(ByteBuf in);

    /** Whether the body is complete. */
    abstract boolean complete();

    /** Whether the end of the connection is the end of the body. */
    boolean endsWithConnection() {
        return false;
    }

    /** The framing of a request's body; a request without any has an empty one. */
    static BodyFraming ofRequest(HttpVersion version, HttpHeaders headers) {
        BodyFraming declared = declared(version, headers);
        return declared == null ? new Counted(0) : declared;
    }

    /** The framing of an answer's body to a request that was not HEAD. */
    static BodyFraming ofAnswer(int status, HttpVersion version, HttpHeaders headers) {
        BodyFraming declared = declared(version, headers);
        if (status == 204 || status == 304) {
            return new Counted(0);
        }
        return declared == null ? new UntilClose() : declared;
    }

    /** The declared length; -1 where none is. */
    static long contentLength(HttpHeaders headers) {
        List<String> values = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
        if (values.isEmpty()) {
            return -1;
        }
        if (values.size() > 1) {
            throw new FramingException("Content-Length is given more than once");
        }
        String digits = values.getFirst();
        if (digits.isEmpty() || digits.length() > 18) {
            throw new FramingException("Content-Length is not a number of at most 18 digits");
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                throw new FramingException("Content-Length is not a number of at most 18 digits");
            }
        }
        return Long.parseLong(digits);
    }

    private static @Nullable BodyFraming declared(HttpVersion version, HttpHeaders headers) {
        long length = contentLength(headers);
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (codings.isEmpty()) {
            return length < 0 ? null : new Counted(length);
        }
        if (length >= 0) {
            throw new FramingException("both Content-Length and Transfer-Encoding are given");
        }
        if (version.compareTo(HttpVersion.HTTP_1_1) < 0) {
            throw new FramingException("Transfer-Encoding is given in HTTP/1.0");
        }
        if (codings.size() > 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
            throw new FramingException("Transfer-Encoding is not exactly chunked");
        }
        return new ChunkedFraming();
    }

    /** A body of a known number of bytes. */
    static final class Counted extends BodyFraming {
        private long left;

        Counted(long length) {
            this.left = length;
        }

        @Override
        @Nullable
        ByteBuf next(ByteBuf in) {
            int here = (int) Math.min(in.readableBytes(), left);
            if (here == 0) {
                return null;
            }
            left -= here;
            return in.readRetainedSlice(here);
        }

        @Override
        boolean complete() {
            return left == 0;
        }
    }

    /** A body that lasts as long as its connection. */
    static final class UntilClose extends BodyFraming {
        @Override
        @Nullable
        ByteBuf next(ByteBuf in) {
            return in.isReadable() ? in.readRetainedSlice(in.readableBytes()) : null;
        }

        @Override
        boolean complete() {
            return false;
        }

        @Override
        boolean endsWithConnection() {
            return true;
        }
    }
}
