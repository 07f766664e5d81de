package tollgate.dialect.answer;

import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;

/**
 * Scans an answer that comes as frames of AWS's event stream: lengths, their checksum, header fields, payload, checksum of all
 * (CRC-32 as of zlib).
 *
 * <p>A frame leaves when it is whole and its checksum is right. The one that ends the stream, by its document or as an
 * exception, is withheld until it is settled, and what follows it is dropped. Where a checksum or a length is wrong nothing
 * that follows can be understood: it passes as it comes and is not read, and what was used is what was said before, and an
 * estimate.
 */
final class FrameScanner implements AnswerScanner, Bytes.Taker {
    /** An incomplete frame is withheld up to this many bytes. */
    private static final int WITHHELD = 64 * 1024;

    private static final int PRELUDE = 12;
    private static final int LENGTHS = 8;
    private static final int CHECKSUM = 4;
    /** As AWS's own libraries have it. */
    private static final int LARGEST_PAYLOAD = 24 * 1024 * 1024;

    private enum Place {
        PRELUDE,
        HEAD,
        PAYLOAD,
        CHECKSUM,
        AFTER,
        LOST
    }

    private final ReadFacts facts;
    private final @Nullable ChunkPayload chunk;
    private final Drops drops = new Drops();
    private final FrameHead head = new FrameHead();
    private final CRC32 checksum = new CRC32();
    private final byte[] fixed = new byte[PRELUDE];
    private int fixedLength;
    private int payloadLeft;
    private Place place = Place.PRELUDE;
    private long position;

    /** All before is whole frames. */
    private long boundary;

    private long released;
    private boolean terminated;
    private boolean ended;
    private boolean settled;
    /** Once terminated: all before may leave when settled. */
    private long decided;

    /**
     * A scanner of one stream.
     *
     * @param chunk reads the document inside a payload; null: the payload is one
     */
    FrameScanner(ReadFacts facts, @Nullable ChunkPayload chunk) {
        this.facts = facts;
        this.chunk = chunk;
    }

    @Override
    public void scan(ByteBuf slice) {
        Bytes.feed(slice, this);
        if (!terminated && (place == Place.LOST || position - boundary > WITHHELD)) {
            released = position;
        }
    }

    @Override
    public void feed(byte[] a, int from, int to) {
        long base = position - from;
        int i = from;
        while (i < to) {
            i = switch (place) {
                case PRELUDE -> prelude(a, i, to);
                case HEAD -> head(a, i, to);
                case PAYLOAD -> payload(a, i, to);
                case CHECKSUM -> checksum(a, i, to, base);
                case AFTER -> after(base + i, base + to, to);
                case LOST -> lost(i, to);
            };
        }
        position = base + to;
    }

    private int fixed(byte[] a, int from, int to, int size) {
        int more = Math.min(to - from, size - fixedLength);
        System.arraycopy(a, from, fixed, fixedLength, more);
        fixedLength += more;
        return from + more;
    }

    private int number(int at) {
        return fixed[at] << 24 | (fixed[at + 1] & 0xFF) << 16 | (fixed[at + 2] & 0xFF) << 8 | (fixed[at + 3] & 0xFF);
    }

    private int prelude(byte[] a, int from, int to) {
        int next = fixed(a, from, to, PRELUDE);
        if (fixedLength < PRELUDE) {
            return next;
        }
        fixedLength = 0;
        checksum.reset();
        checksum.update(fixed, 0, LENGTHS);
        boolean right = (int) checksum.getValue() == number(LENGTHS);
        checksum.update(fixed, LENGTHS, CHECKSUM);
        int fields = number(4);
        long payload = Integer.toUnsignedLong(number(0)) - PRELUDE - CHECKSUM - fields;
        if (!right || fields < 0 || fields > FrameHead.LARGEST || payload < 0 || payload > LARGEST_PAYLOAD) {
            lost();
            return next;
        }
        payloadLeft = (int) payload;
        head.begin(fields);
        place = Place.HEAD;
        headEnds();
        return next;
    }

    private int head(byte[] a, int from, int to) {
        int next = head.take(a, from, to);
        checksum.update(a, from, next - from);
        headEnds();
        return next;
    }

    private void headEnds() {
        if (!head.isWhole()) {
            return;
        }
        if (!head.read()) {
            lost();
            return;
        }
        if (chunk != null) {
            chunk.begin();
        } else {
            facts.document.restart();
        }
        place = payloadLeft == 0 ? Place.CHECKSUM : Place.PAYLOAD;
    }

    private int payload(byte[] a, int from, int to) {
        int next = Math.min(to, from + payloadLeft);
        checksum.update(a, from, next - from);
        payloadLeft -= next - from;
        if (head.isEvent()) {
            if (chunk != null) {
                chunk.read(a, from, next);
            } else {
                facts.document.read(a, from, next);
                facts.document.usageEnd();
            }
        }
        if (payloadLeft == 0) {
            place = Place.CHECKSUM;
        }
        return next;
    }

    private int checksum(byte[] a, int from, int to, long base) {
        int next = fixed(a, from, to, CHECKSUM);
        if (fixedLength == CHECKSUM) {
            fixedLength = 0;
            if ((int) checksum.getValue() == number(0)) {
                place = Place.PRELUDE;
                frameEnds(base + next);
            } else {
                lost();
            }
        }
        return next;
    }

    private void lost() {
        facts.notDocument();
        place = Place.LOST;
    }

    /** Clients check what we check: none can read it, but the upstream may bill it. */
    private int lost(int from, int to) {
        facts.lost(to - from);
        return to;
    }

    private void frameEnds(long end) {
        boolean event = head.isEvent();
        if (!event) {
            facts.failed(head.code());
        } else if (chunk != null && !chunk.whole()) {
            facts.notDocument();
        } else {
            facts.documentEnds(false);
        }
        if (!event || facts.document.isTerminal()) {
            terminated = true;
            facts.complete = true;
            decided = end;
            place = Place.AFTER;
        } else {
            boundary = end;
        }
    }

    /** Nothing follows what ends a stream. */
    private int after(long from, long to, int next) {
        drops.add(from, to);
        facts.bytesAfterTerminator += to - from;
        decided = to;
        return next;
    }

    @Override
    public void end(boolean clean) {
        if (ended) {
            return;
        }
        ended = true;
        if (terminated) {
            return;
        }
        terminated = true;
        if (clean && place != Place.LOST && position > boundary) {
            facts.notDocument();
        }
        decided = clean ? position : boundary;
    }

    @Override
    public void settled() {
        settled = true;
    }

    @Override
    public long releasable() {
        released = Math.max(released, terminated && settled ? decided : boundary);
        return released;
    }

    @Override
    public int dropCount() {
        return drops.count();
    }

    @Override
    public long dropFrom(int index) {
        return drops.from(index);
    }

    @Override
    public long dropTo(int index) {
        return drops.to(index);
    }

    @Override
    public void forgetDrops(int count) {
        drops.forget(count);
    }

    @Override
    public boolean terminated() {
        return terminated;
    }

    /** A frame more is an event that client libraries do not know. */
    @Override
    public long commentAt() {
        return -1;
    }

    /** A frame's lengths and checksums would have to be made anew. */
    @Override
    public long costAt() {
        return -1;
    }

    @Override
    public boolean tornEvent() {
        return released > boundary && !facts.complete;
    }

    @Override
    public AnswerFacts facts() {
        return facts;
    }
}
