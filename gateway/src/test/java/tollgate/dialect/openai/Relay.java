package tollgate.dialect.openai;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Assertions;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;

/** What a lane does with a scanner, on arrays: relays a body in slices, applies drops, inserts a comment. */
final class Relay {
    static final byte[] COMMENT = ": tollgate {}\n".getBytes(StandardCharsets.UTF_8);

    final AnswerScanner scanner;
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final ByteArrayOutputStream relayed = new ByteArrayOutputStream();
    private final boolean comment;
    private long at;
    private long commentIn = -1;

    Relay(AnswerScanner scanner, boolean comment) {
        this.scanner = scanner;
        this.comment = comment;
    }

    static Relay stream(boolean hideUsage) {
        return new Relay(new OpenAiDialect().scanner(new AnswerShape(true, hideUsage)), false);
    }

    /** The whole body in slices of the given sizes, the last one repeated; settled at its end. */
    static Relay of(Relay relay, byte[] body, boolean clean, int... sizes) {
        int from = 0;
        for (int i = 0; from < body.length; i++) {
            int size = Math.min(sizes[Math.min(i, sizes.length - 1)], body.length - from);
            relay.scan(body, from, from + size);
            from += size;
        }
        relay.finish(clean);
        return relay;
    }

    void scan(byte[] body, int from, int to) {
        taken.write(body, from, to - from);
        ByteBuf slice = (from & 1) == 0
                ? Unpooled.wrappedBuffer(body, from, to - from)
                : Unpooled.directBuffer(to - from).writeBytes(body, from, to - from);
        int reader = slice.readerIndex();
        scanner.scan(slice);
        Assertions.assertEquals(reader, slice.readerIndex());
        Assertions.assertEquals(1, slice.refCnt());
        slice.release();
        release();
    }

    void finish(boolean clean) {
        scanner.end(clean);
        release();
        long withheld = scanner.releasable();
        scanner.settled();
        Assertions.assertTrue(scanner.releasable() >= withheld);
        release();
    }

    /** Lets go of what may leave, as a lane would. */
    void release() {
        byte[] all = taken.toByteArray();
        long end = scanner.releasable();
        Assertions.assertTrue(end >= at && end <= all.length, "releasable " + end + " after " + at);
        int applied = 0;
        for (int i = 0; i < scanner.dropCount() && scanner.dropFrom(i) < end; i++) {
            Assertions.assertTrue(scanner.dropTo(i) <= end, "a drop reaches beyond what may leave");
            write(all, Math.max(at, scanner.dropFrom(i)));
            Assertions.assertTrue(at <= scanner.dropFrom(i), "dropped after it left");
            at = scanner.dropTo(i);
            applied++;
        }
        scanner.forgetDrops(applied);
        write(all, end);
        if (scanner.commentAt() == end) {
            insert();
        }
    }

    private void write(byte[] all, long to) {
        long comes = scanner.commentAt();
        if (comes >= at && comes < to && commentIn < 0) {
            relayed.write(all, (int) at, (int) (comes - at));
            at = comes;
            insert();
        }
        relayed.write(all, (int) at, (int) (to - at));
        at = to;
    }

    private void insert() {
        if (commentIn < 0) {
            commentIn = relayed.size();
            if (comment) {
                relayed.writeBytes(COMMENT);
            }
        }
    }

    byte[] bytes() {
        return relayed.toByteArray();
    }

    String text() {
        return relayed.toString(StandardCharsets.UTF_8);
    }

    long position() {
        return at;
    }

    ChatFacts facts() {
        return (ChatFacts) scanner.facts();
    }
}
