package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import tollgate.dialect.AnswerScanner;

/**
 * The bytes of one answer between the upstream and the client: withheld, passed or dropped as its scanner says.
 *
 * <p>Confined to its exchange's event loop. Owns what was added; passed slices belong to the sink. Offsets are positions
 * in the answer's body, as the scanner's.
 */
final class Lane {
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
    private final Consumer<ByteBuf> sink;
    private long head;
    private long tail;

    Lane(Consumer<ByteBuf> sink) {
        this.sink = sink;
    }

    /** Takes the next bytes of the body. */
    void add(ByteBuf slice) {
        if (slice.isReadable()) {
            tail += slice.readableBytes();
            waiting.add(slice);
        } else {
            slice.release();
        }
    }

    /** Bytes that are withheld. */
    long withheld() {
        return tail - head;
    }

    /** How many bytes came so far. */
    long received() {
        return tail;
    }

    /** Passes what the scanner lets go, less what it drops. Returns whether any byte went to the sink. */
    boolean passReleasable(AnswerScanner scanner) {
        return passUpTo(scanner.releasable(), scanner);
    }

    /** The same, but no byte at or after the offset. */
    boolean passUpTo(long offset, AnswerScanner scanner) {
        long limit = Math.min(Math.min(offset, scanner.releasable()), tail);
        boolean passed = false;
        while (head < limit) {
            if (scanner.dropCount() > 0 && scanner.dropFrom(0) <= head) {
                long to = scanner.dropTo(0);
                discardUpTo(Math.min(to, limit));
                if (head >= to) {
                    scanner.forgetDrops(1);
                }
            } else {
                long to = scanner.dropCount() > 0 ? Math.min(limit, scanner.dropFrom(0)) : limit;
                pass(to);
                passed = true;
            }
        }
        return passed;
    }

    /** Passes bytes as they are, up to an offset. */
    void pass(long upTo) {
        while (head < upTo) {
            ByteBuf first = waiting.element();
            int wanted = (int) Math.min(upTo - head, first.readableBytes());
            head += wanted;
            if (wanted == first.readableBytes()) {
                sink.accept(waiting.remove());
            } else {
                sink.accept(first.readRetainedSlice(wanted));
            }
        }
    }

    /** The first bytes that are withheld, at most so many; the caller may read them until it returns. */
    ByteBuf peek(int most) {
        ByteBuf first = waiting.peek();
        return first == null
                ? Unpooled.EMPTY_BUFFER
                : first.slice(first.readerIndex(), Math.min(most, first.readableBytes()));
    }

    /** Drops everything that is withheld. */
    void discard() {
        discardUpTo(tail);
    }

    private void discardUpTo(long offset) {
        while (head < offset) {
            ByteBuf first = waiting.element();
            int wanted = (int) Math.min(offset - head, first.readableBytes());
            head += wanted;
            if (wanted == first.readableBytes()) {
                waiting.remove().release();
            } else {
                first.skipBytes(wanted);
            }
        }
    }
}
