package tollgate.dialect.answer;

import io.netty.buffer.ByteBuf;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;

/**
 * Scans an answer that comes as server-sent events.
 *
 * <p>A <em>block</em> is what lies between two blank lines. Comments of their own are no part of one and leave at once:
 * they keep connections alive. Everything else leaves when its block is over.
 */
public final class EventStreamScanner extends EventLines implements AnswerScanner {
    /** An incomplete tail is withheld up to this many bytes. */
    private static final int WITHHELD = 64 * 1024;

    private static final byte[] NEWLINE = {'\n'};

    private final boolean hideUsage;
    private final boolean costInUsage;
    private final ReadFacts facts;
    private final boolean endsAtDone;
    private final boolean commented;
    private final DoneMark done = new DoneMark();
    private final Word ownComment = new Word("tollgate");
    private final Word errorName = new Word("error");
    private final Drops drops = new Drops();

    /** All before is whole events: the block being read begins here. */
    private long boundary;

    private long released;
    private boolean blockOpen;
    private boolean dataSeen;
    private boolean namedError;
    private boolean lineDropped;

    private boolean terminated;
    private boolean ended;
    private boolean settled;
    private long commentAt = -1;

    /** The end of a whole event that is withheld since the charge may go into it; 0 where none is. */
    private long heldEnd;

    private long usageEnd = -1;
    private long costAt = -1;
    /** Once terminated: all before may leave when settled. */
    private long decided;

    /**
     * A scanner of one stream.
     *
     * @param facts says what the events mean, and keeps what they said
     * @param shape how the client is to get it
     */
    public EventStreamScanner(ReadFacts facts, AnswerShape shape) {
        this.facts = facts;
        this.endsAtDone = facts.document.endsAtDone();
        this.commented = facts.document.bearsComments();
        this.hideUsage = shape.hideUsage();
        this.costInUsage = shape.costInUsage();
    }

    @Override
    public void scan(ByteBuf slice) {
        Bytes.feed(slice, this);
        if (!terminated) {
            flowIfLong();
        } else {
            decideUnfinishedLine();
        }
    }

    private void flowIfLong() {
        if (position() - boundary > WITHHELD) {
            boolean undecided = !betweenLines() && unfinished() == Field.COMMENT && ownComment.possible();
            released = Math.max(released, undecided ? lineStart() : position());
        }
    }

    /** After the terminator, a line need not end for its fate to be known. */
    private void decideUnfinishedLine() {
        if (betweenLines()) {
            return;
        }
        boolean passes = switch (unfinished()) {
            case COMMENT -> !ownComment.possible();
            case DATA -> done.found();
            default -> false;
        };
        boolean dropped = unfinished() == Field.DATA && done.impossible();
        if (dropped) {
            dropAfterTerminator(position());
        } else if (passes) {
            decided = position();
        }
    }

    private void dropAfterTerminator(long to) {
        long from = Math.max(decided, lineStart());
        if (to > from) {
            drops.add(from, to);
            facts.bytesAfterTerminator += to - from;
        }
        decided = to;
    }

    @Override
    protected void fieldBegins(Field field) {
        switch (field) {
            case DATA -> dataBegins();
            case COMMENT -> ownComment.restart();
            case EVENT -> errorName.restart();
            default -> {}
        }
        if (field != Field.COMMENT) {
            blockOpen = true;
        }
    }

    private void dataBegins() {
        if (terminated || !dataSeen) {
            done.restart();
        }
        if (terminated) {
            return;
        }
        if (dataSeen) {
            value(Field.DATA, NEWLINE, 0, 1);
        } else {
            dataSeen = true;
            facts.document.restart();
        }
    }

    @Override
    protected void value(Field field, byte[] a, int from, int to) {
        switch (field) {
            case DATA -> {
                if (!done.impossible()) {
                    done.read(a, from, to);
                }
                if (!terminated && !(endsAtDone && done.found())) {
                    facts.document.read(a, from, to);
                    int closed = facts.document.usageEnd();
                    if (closed >= 0) {
                        usageEnd = offsetOf(closed);
                    }
                }
            }
            case COMMENT -> ownComment.read(a, from, to);
            case EVENT -> errorName.read(a, from, to);
            default -> {}
        }
    }

    @Override
    protected void lineEnds(Field field, long end) {
        lineDropped = false;
        if (terminated) {
            afterTerminator(field, end);
            return;
        }
        switch (field) {
            case COMMENT -> {
                if (ownComment.begun()) {
                    drop(lineStart(), end);
                }
                if (!blockOpen) {
                    wholeUpTo(end);
                }
            }
            case EVENT -> namedError = errorName.whole();
            case BLANK -> blockEnds(end);
            default -> {}
        }
    }

    private void afterTerminator(Field field, long end) {
        if (passesAfterTerminator(field)) {
            decided = end;
        } else {
            dropAfterTerminator(end);
            lineDropped = true;
        }
    }

    private boolean passesAfterTerminator(Field field) {
        return switch (field) {
            case BLANK -> true;
            case COMMENT -> !ownComment.begun();
            case DATA -> done.found();
            default -> false;
        };
    }

    private void drop(long from, long to) {
        drops.add(from, to);
        lineDropped = true;
    }

    private void blockEnds(long end) {
        boolean data = dataSeen;
        if (data && isTerminal()) {
            terminalEnds();
            if (!endsAtDone && facts.document.isUsageEvent()) {
                usageEnds();
            }
            terminate(lineStart());
            facts.complete = true;
            decided = end;
            return;
        }
        if (data && eventEnds(end) && costInUsage) {
            boundary = Math.max(boundary, heldEnd);
            heldEnd = end;
            costAt = usageEnd;
        } else if (data) {
            boundary = end;
            heldEnd = 0;
            costAt = -1;
        } else {
            wholeUpTo(end);
        }
        usageEnd = -1;
        blockOpen = false;
        dataSeen = false;
        namedError = false;
    }

    /** Nothing that matters came since the last event: it leaves with that. */
    private void wholeUpTo(long end) {
        if (heldEnd > 0) {
            heldEnd = end;
        } else {
            boundary = end;
        }
    }

    private boolean isTerminal() {
        return endsAtDone ? done.found() : facts.document.isTerminal();
    }

    /** The event that ends the stream is the one that reports its usage. */
    private void usageEnds() {
        if (costInUsage) {
            costAt = usageEnd;
        } else {
            // it carries the whole answer once more: only what dispatches it waits for the settlement
            boundary = lineStart();
        }
    }

    /** Where a document ends the stream, it may be the one that says what was used. */
    private void terminalEnds() {
        if (!endsAtDone && (facts.document.tells() || facts.document.isError())) {
            facts.documentEnds(namedError);
        }
    }

    private void terminate(long comment) {
        terminated = true;
        commentAt = commented ? comment : -1;
    }

    /** Returns whether it is the usage event, and reaches the client. */
    private boolean eventEnds(long end) {
        facts.documentEnds(namedError);
        AnswerDocument event = facts.document;
        boolean onlyUsage = event.isUsageEvent() && !event.isError() && !namedError;
        if (hideUsage && onlyUsage && released <= boundary) {
            drops.retract(boundary);
            drop(boundary, end);
            return false;
        }
        return onlyUsage;
    }

    @Override
    protected void lineFeedFollows(long end) {
        if (lineDropped) {
            drops.add(end - 1, end);
        }
        if (terminated) {
            decided = end;
            if (lineDropped) {
                facts.bytesAfterTerminator++;
            }
        } else if (!blockOpen) {
            wholeUpTo(end);
        }
    }

    @Override
    public void end(boolean clean) {
        if (ended) {
            return;
        }
        ended = true;
        if (terminated) {
            endAfterTerminator();
            return;
        }
        boolean endsLine = betweenLines();
        if (!endsLine && unfinished() == Field.COMMENT && ownComment.begun()) {
            drops.add(lineStart(), position());
            endsLine = true;
        }
        if (dataSeen && isTerminal()) {
            terminalEnds();
            facts.complete = true;
        } else if (dataSeen && (clean || facts.document.isObject())) {
            lineDropped = false;
            eventEnds(position());
            endsLine |= lineDropped;
        }
        boolean whole = clean || facts.complete;
        terminate(whole && endsLine ? position() : -1);
        if (!clean) {
            // no charge goes into an answer that broke
            boundary = Math.max(boundary, heldEnd);
            costAt = -1;
        }
        decided = whole ? position() : boundary;
    }

    private void endAfterTerminator() {
        if (!betweenLines() && !passesAfterTerminator(unfinished())) {
            dropAfterTerminator(position());
        }
        decided = position();
    }

    @Override
    public void settled() {
        settled = true;
    }

    @Override
    public long releasable() {
        released = Math.max(released, !terminated ? boundary : settled ? decided : released);
        return terminated && !settled ? Math.max(released, boundary) : released;
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

    @Override
    public long commentAt() {
        return commentAt;
    }

    @Override
    public long costAt() {
        return costAt >= released ? costAt : -1;
    }

    @Override
    public boolean tornEvent() {
        return released > Math.max(boundary, heldEnd) && !facts.complete;
    }

    @Override
    public AnswerFacts facts() {
        return facts;
    }
}
