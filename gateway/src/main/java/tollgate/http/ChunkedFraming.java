package tollgate.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Takes the chunked coding off a body (RFC 9112 §7.1), byte by byte, so that nothing is kept between reads.
 *
 * <p>Strict: every line ends in CR LF; a size is 1 to 15 hexadecimal digits; extensions are skipped, at most
 * {@value #EXTENSION_LIMIT} bytes a chunk, and may hold no control characters, nor end within quotes; trailers are read
 * and dropped, at most {@value #TRAILER_LIMIT} bytes, and each has a name and a colon, so that a next request is never
 * taken for one.
 */
final class ChunkedFraming extends BodyFraming {
    private static final int EXTENSION_LIMIT = 256;
    private static final int TRAILER_LIMIT = 8 * 1024;
    private static final int SIZE_DIGITS = 15;

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER_NAME,
        TRAILER,
        TRAILER_LF,
        END_LF,
        COMPLETE
    }

    private State state = State.SIZE;
    private long size;
    private int counted;
    private boolean named;
    private boolean quoted;
    private boolean escaped;

    @Override
    boolean complete() {
        return state == State.COMPLETE;
    }

    @Override
    @Nullable
    ByteBuf next(ByteBuf in) {
        while (in.isReadable() && state != State.COMPLETE) {
            if (state == State.DATA) {
                int here = (int) Math.min(in.readableBytes(), size);
                size -= here;
                if (size == 0) {
                    state = State.DATA_CR;
                }
                return in.readRetainedSlice(here);
            }
            step(in.readByte());
        }
        return null;
    }

    private void step(byte b) {
        switch (state) {
            case SIZE -> size(b);
            case EXTENSION -> extension(b);
            case SIZE_LF -> {
                expect(b, '\n');
                counted = 0;
                state = size == 0 ? State.TRAILER_START : State.DATA;
            }
            case DATA_CR -> {
                expect(b, '\r');
                state = State.DATA_LF;
            }
            case DATA_LF -> {
                expect(b, '\n');
                state = State.SIZE;
            }
            case TRAILER_START -> trailerStart(b);
            case TRAILER_NAME -> trailerName(b);
            case TRAILER -> trailer(b);
            case TRAILER_LF -> {
                expect(b, '\n');
                state = State.TRAILER_START;
            }
            case END_LF -> {
                expect(b, '\n');
                state = State.COMPLETE;
            }
            case DATA, COMPLETE -> throw new IllegalStateException(state.name());
        }
    }

    private void size(byte b) {
        int digit = Character.digit(b, 16);
        if (digit >= 0 && b > 0) {
            if (++counted > SIZE_DIGITS) {
                throw new FramingException("a chunk size has more than 15 digits");
            }
            size = (size << 4) | digit;
        } else if (counted == 0) {
            throw new FramingException("a chunk size has no digits");
        } else if (b == '\r') {
            state = State.SIZE_LF;
        } else if (b == ';') {
            counted = 0;
            quoted = false;
            escaped = false;
            state = State.EXTENSION;
        } else {
            throw new FramingException("a chunk size is followed by something else than CR LF or an extension");
        }
    }

    /** Whoever reads on to a closing quote finds the end of the chunk elsewhere: where one is missing, neither is believed. */
    private void extension(byte b) {
        if (b == '\r' && quoted) {
            throw new FramingException("a chunk extension ends within quotes");
        }
        quoted ^= b == '"' && !escaped;
        escaped = quoted && b == '\\' && !escaped;
        if (b == '\r') {
            state = State.SIZE_LF;
        } else if (control(b) || ++counted > EXTENSION_LIMIT) {
            throw new FramingException("a chunk extension is too long or holds control characters");
        }
    }

    private void trailerStart(byte b) {
        if (b == '\r') {
            state = State.END_LF;
        } else if (b == ' ' || b == '\t') {
            throw new FramingException("a trailer line is folded");
        } else {
            state = State.TRAILER_NAME;
            named = false;
            trailerName(b);
        }
    }

    /** A field name is a token (RFC 9110 §5.1). */
    private void trailerName(byte b) {
        if (b == ':' && named) {
            state = State.TRAILER;
        } else if (b <= ' ' || b == 0x7f || "\"(),/:;<=>?@[\\]{}".indexOf(b) >= 0) {
            throw new FramingException("a trailer line is not a field");
        } else {
            named = true;
        }
        if (++counted > TRAILER_LIMIT) {
            throw new FramingException("trailers are too long or hold control characters");
        }
    }

    private void trailer(byte b) {
        if (b == '\r') {
            state = State.TRAILER_LF;
        } else if (control(b) || ++counted > TRAILER_LIMIT) {
            throw new FramingException("trailers are too long or hold control characters");
        }
    }

    private static boolean control(byte b) {
        return (b >= 0 && b < ' ' && b != '\t') || b == 0x7f;
    }

    private static void expect(byte found, char expected) {
        if (found != expected) {
            throw new FramingException("a chunk does not end in CR LF");
        }
    }
}
