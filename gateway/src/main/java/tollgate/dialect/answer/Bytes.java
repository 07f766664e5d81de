package tollgate.dialect.answer;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;

/** Hands a buffer's bytes to a scanner as arrays: its own where it has one, else copied through one array per thread. */
final class Bytes {
    private static final int PIECE = 16 * 1024;

    private static final FastThreadLocal<byte[]> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[PIECE];
        }
    };

    private Bytes() {}

    /** Takes a stretch of an array; nothing of it may be kept. */
    interface Taker {
        void feed(byte[] a, int from, int to);
    }

    static void feed(ByteBuf slice, Taker taker) {
        int at = slice.readerIndex();
        int end = slice.writerIndex();
        if (slice.hasArray()) {
            int offset = slice.arrayOffset();
            taker.feed(slice.array(), offset + at, offset + end);
            return;
        }
        byte[] scratch = SCRATCH.get();
        while (at < end) {
            int length = Math.min(PIECE, end - at);
            slice.getBytes(at, scratch, 0, length);
            taker.feed(scratch, 0, length);
            at += length;
        }
    }
}
