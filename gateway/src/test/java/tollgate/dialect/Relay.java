package tollgate.dialect;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Assertions;

/** What a lane does with a scanner, on arrays: relays a body in slices, applies drops, inserts a comment. */
public final class Relay {
    /** Where an announcement would go. */
    public static final byte[] COMMENT = ": tollgate {}\n".getBytes(StandardCharsets.UTF_8);

    /** The scanner that is asked. */
    public final AnswerScanner scanner;

    private final byte[] body;
    private final ByteArrayOutputStream relayed = new ByteArrayOutputStream();
    private boolean comment;
    private boolean inserted;
    private int scanned;
    private int at;
    private int slices;

    private Relay(AnswerScanner scanner, byte[] body) {
        this.scanner = scanner;
        this.body = body;
    }

    /** The answer to any service. */
    public static Relay of(Dialect dialect, Service service, byte[] body, boolean stream, boolean hideUsage) {
        return new Relay(dialect.scanner(service, new AnswerShape(stream, hideUsage, false)), body);
    }

    /** The answer to any service, framed as it comes. */
    public static Relay of(Dialect dialect, Service service, byte[] body, AnswerShape.Form form) {
        return new Relay(dialect.scanner(service, new AnswerShape(form, false, false)), body);
    }

    /** An answer that a scanner of its own reads. */
    public static Relay of(AnswerScanner scanner, byte[] body) {
        return new Relay(scanner, body);
    }

    /** The stream of a conversation's answer. */
    public static Relay stream(Dialect dialect, byte[] body, boolean hideUsage) {
        return of(dialect, Service.CHAT, body, true, hideUsage);
    }

    /** The same, as text. */
    public static Relay stream(Dialect dialect, String body, boolean hideUsage) {
        return stream(dialect, body.getBytes(StandardCharsets.UTF_8), hideUsage);
    }

    /** A whole answer. */
    public static Relay whole(Dialect dialect, byte[] body) {
        return of(dialect, Service.CHAT, body, false, false);
    }

    /** Inserts {@link #COMMENT} where the scanner says. */
    public Relay announcing() {
        comment = true;
        return this;
    }

    /** The next bytes arrive in one slice: half of the time with an array of their own, half without. */
    public Relay scan(int length) {
        int to = Math.min(body.length, scanned + length);
        ByteBuf slice = (++slices & 1) == 0
                ? Unpooled.wrappedBuffer(body, scanned, to - scanned)
                : Unpooled.wrappedBuffer(
                        ByteBuffer.wrap(body, scanned, to - scanned).asReadOnlyBuffer());
        int reader = slice.readerIndex();
        scanner.scan(slice);
        Assertions.assertEquals(reader, slice.readerIndex());
        Assertions.assertEquals(1, slice.refCnt());
        slice.release();
        scanned = to;
        release();
        return this;
    }

    /** The rest arrives in slices of a length, and the body ends cleanly. */
    public Relay scanAll(int length) {
        while (scanned < body.length) {
            scan(length);
        }
        return end(true);
    }

    /** The body ends; the exchange is settled; what is left leaves. */
    public Relay end(boolean clean) {
        scanner.end(clean);
        release();
        scanner.settled();
        release();
        return this;
    }

    private void release() {
        int end = Math.toIntExact(scanner.releasable());
        Assertions.assertTrue(end >= at && end <= scanned, "releasable " + end + " after " + at + " of " + scanned);
        int applied = 0;
        while (applied < scanner.dropCount() && scanner.dropFrom(applied) < end) {
            int from = Math.toIntExact(scanner.dropFrom(applied));
            Assertions.assertTrue(from >= at, "drops what has left");
            Assertions.assertTrue(scanner.dropTo(applied) <= end, "a drop reaches beyond what may leave");
            write(from);
            at = Math.toIntExact(scanner.dropTo(applied));
            applied++;
        }
        scanner.forgetDrops(applied);
        write(end);
        if (scanner.commentAt() == end && scanner.terminated()) {
            insert();
        }
    }

    private void write(int to) {
        int comes = Math.toIntExact(scanner.commentAt());
        if (comes >= at && comes < to) {
            relayed.write(body, at, comes - at);
            at = comes;
            insert();
        }
        relayed.write(body, at, to - at);
        at = to;
    }

    private void insert() {
        if (comment && !inserted) {
            inserted = true;
            relayed.writeBytes(COMMENT);
        }
    }

    /** What the client got so far. */
    public byte[] bytes() {
        return relayed.toByteArray();
    }

    /** The same as text. */
    public String text() {
        return relayed.toString(StandardCharsets.UTF_8);
    }

    /** What was said. */
    public AnswerFacts facts() {
        return scanner.facts();
    }
}
