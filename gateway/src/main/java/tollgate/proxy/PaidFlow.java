package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import tollgate.dialect.AnswerFacts;

/**
 * Back-pressure of a hold that grows: of an answer no byte is looked at before what it can bill is held. What came already
 * waits here, what is to come is not read.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 * <h2>Reference counting</h2> Owns what waits; what is read on belongs to the reader.
 */
final class PaidFlow {
    private final Extension extension;
    private final Consumer<ByteBuf> reader;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();

    /**
     * Before a reader.
     *
     * @param extension knows how much is paid for, and asks for more
     * @param reader takes what may be looked at
     */
    PaidFlow(Extension extension, Consumer<ByteBuf> reader) {
        this.extension = extension;
        this.reader = reader;
    }

    /** Takes the next bytes of the answer. */
    void add(ByteBuf slice, AnswerFacts facts) {
        waiting.add(slice);
        flow(facts);
    }

    /** Hands on what is paid for. */
    void flow(AnswerFacts facts) {
        long room = extension.room(facts);
        while (!waiting.isEmpty() && room > 0) {
            ByteBuf first = waiting.element();
            if (first.readableBytes() <= room) {
                reader.accept(waiting.remove());
            } else {
                reader.accept(first.readRetainedSlice((int) room));
            }
            room = extension.room(facts);
        }
        extension.seen(facts);
    }

    /** Bytes wait for more to be held: nothing more should be read. */
    boolean waits() {
        return !waiting.isEmpty();
    }

    /** Nobody wants the rest. */
    void discard() {
        waiting.forEach(ByteBuf::release);
        waiting.clear();
    }
}
