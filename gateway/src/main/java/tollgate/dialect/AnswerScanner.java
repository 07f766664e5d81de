package tollgate.dialect;

import io.netty.buffer.ByteBuf;

/**
 * Reads one answer as it streams by, and says which of its bytes may leave.
 *
 * <p>Offsets are absolute positions in the answer's body. One exchange, one thread; no allocation per event.
 *
 * <h2>Event streams</h2>
 * Whole events are releasable at once. An incomplete tail is withheld up to 64 KiB; beyond that it flows. The block of
 * the terminator, or where none came the tail at the end of the body, is withheld until {@link #settled()}.
 *
 * <h2>Whole answers</h2>
 * Nothing is releasable before {@link #settled()}, and nothing is ever dropped: a caller that cannot keep so many bytes
 * may let go of all but the last on its own account.
 *
 * <h2>Reference counting</h2>
 * Slices are neither retained nor released.
 */
public interface AnswerScanner {
    /** Reads {@code [readerIndex, writerIndex)} of a slice without moving its indices. Content-decoded bytes only. */
    void scan(ByteBuf slice);

    /**
     * The body ended.
     *
     * @param clean false when it was cut: then an incomplete tail never becomes releasable
     */
    void end(boolean clean);

    /** The exchange is settled: what was withheld for it becomes releasable, less drops. */
    void settled();

    /** Bytes before this offset may leave, less drops. Never decreases. */
    long releasable();

    /** Dropped ranges not forgotten yet: ascending, disjoint, all below what was scanned. */
    int dropCount();

    /** First offset of a dropped range. */
    long dropFrom(int index);

    /** Offset after the last byte of a dropped range. */
    long dropTo(int index);

    /** Forgets the first ranges of the list, which the caller has applied. */
    void forgetDrops(int count);

    /** Accounting is over (terminator seen, or body ended): usage will not change any more; time to settle. */
    boolean terminated();

    /**
     * Where an announcement's line goes: inside the terminator's block after its data line, or at the end of a stream
     * that ended without one. Known once {@link #terminated()}; -1 where the bytes so far do not end a line.
     */
    long commentAt();

    /**
     * Where the charge goes inside the answer's own usage object: before the brace that closes it. -1 where none was
     * reported at the place the dialect's clients look, or where it has been let go already.
     */
    long costAt();

    /** Part of an unfinished event has already been releasable: after a cut only an abort is honest, not an error event. */
    boolean tornEvent();

    /** What the answer has said so far; a live view. */
    AnswerFacts facts();
}
