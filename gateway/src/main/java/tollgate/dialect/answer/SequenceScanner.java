package tollgate.dialect.answer;

import io.netty.buffer.ByteBuf;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;

/**
 * Scans an answer that comes as JSON documents one after the other: on lines of their own, or as the elements of one array
 * ({@code [{…},\n{…}]}). A lone document is a sequence of one.
 *
 * <p>A document leaves when it is whole, with what separates it from the one before; one on a line of its own when that ends. What ends the sequence is withheld
 * until it is settled: the array's bracket, or the document that says so.
 */
final class SequenceScanner implements AnswerScanner, Bytes.Taker {
    /** An incomplete document is withheld up to this many bytes. */
    private static final int WITHHELD = 64 * 1024;

    private enum Place {
        START,
        BETWEEN,
        INSIDE,
        STRING,
        ESCAPE,
        AFTER,
        /** In a line that is no document; the next line may be one. */
        GARBAGE,
        /** In an array whose elements cannot be told any more. */
        LOST
    }

    private final ReadFacts facts;
    private final boolean costInUsage;
    private final Drops drops = new Drops();
    private Place place = Place.START;
    private boolean array;
    private int depth;
    private long position;

    /** All before is whole documents. */
    private long boundary;

    /** The end of a whole document that is withheld since the charge may go into it; 0 where none is. */
    private long heldEnd;

    private long released;
    private long usageEnd = -1;
    private long costAt = -1;
    private boolean terminated;
    private boolean ended;
    private boolean settled;
    /** Once terminated: all before may leave when settled. */
    private long decided;

    SequenceScanner(ReadFacts facts, AnswerShape shape) {
        this.facts = facts;
        this.costInUsage = shape.costInUsage();
    }

    @Override
    public void scan(ByteBuf slice) {
        Bytes.feed(slice, this);
        if (!terminated && position - boundary > WITHHELD) {
            released = Math.max(released, position);
        }
    }

    @Override
    public void feed(byte[] a, int from, int to) {
        long base = position - from;
        int i = from;
        while (i < to) {
            i = switch (place) {
                case INSIDE, STRING, ESCAPE -> inside(a, i, to, base);
                case AFTER -> after(a, i, base);
                case GARBAGE -> garbage(a, i, to, base);
                case LOST -> lost(i, to);
                default -> between(a, i, base);
            };
        }
        position = base + to;
    }

    private int between(byte[] a, int i, long base) {
        byte b = a[i];
        if (isSpace(b) || (b == ',' && array)) {
            if (b == '\n') {
                lineEnds(base + i + 1);
            }
            return i + 1;
        }
        if (b == '{') {
            lineEnds(base + i);
            place = Place.INSIDE;
            depth = 0;
            usageEnd = -1;
            facts.document.restart();
            return i;
        }
        if (b == '[' && place == Place.START) {
            array = true;
            place = Place.BETWEEN;
        } else if (b == ']' && array) {
            terminated = true;
            facts.complete = true;
            decided = base + i + 1;
            place = Place.AFTER;
        } else {
            facts.notDocument();
            place = array ? Place.LOST : Place.GARBAGE;
            return i;
        }
        return i + 1;
    }

    /** No client can read such a line either, but it may be what the upstream bills. */
    private int garbage(byte[] a, int from, int to, long base) {
        int i = from;
        while (i < to && a[i] != '\n') {
            i++;
        }
        facts.unread(i - from);
        if (i < to) {
            place = Place.BETWEEN;
            lineEnds(base + ++i);
        }
        return i;
    }

    private int lost(int from, int to) {
        facts.lost(to - from);
        return to;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    /** Reads a document up to its end, or to the end of the array. */
    private int inside(byte[] a, int from, int to, long base) {
        int i = from;
        boolean over = false;
        while (i < to && !over) {
            byte b = a[i++];
            switch (place) {
                case ESCAPE -> place = Place.STRING;
                case STRING -> {
                    if (b == '"') {
                        place = Place.INSIDE;
                    } else if (b == '\\') {
                        place = Place.ESCAPE;
                    }
                }
                default -> {
                    if (b == '"') {
                        place = Place.STRING;
                    } else if (b == '{' || b == '[') {
                        depth++;
                    } else if (b == '}' || b == ']') {
                        over = --depth == 0;
                    }
                }
            }
        }
        facts.document.read(a, from, i);
        int closed = facts.document.usageEnd();
        if (closed >= 0) {
            usageEnd = base + closed;
        }
        if (over) {
            documentEnds(base + i);
        }
        return i;
    }

    private void documentEnds(long end) {
        facts.documentEnds(false);
        AnswerDocument document = facts.document;
        boolean usage = costInUsage && document.isUsageEvent() && !document.isError();
        if (document.isTerminal()) {
            boundary = Math.max(boundary, heldEnd);
            terminated = true;
            facts.complete = true;
            decided = end;
            costAt = usage ? usageEnd : -1;
            place = Place.AFTER;
            return;
        }
        place = Place.BETWEEN;
        boundary = Math.max(boundary, heldEnd);
        heldEnd = 0;
        costAt = -1;
        if (usage) {
            heldEnd = end;
            costAt = usageEnd;
        } else if (array) {
            boundary = end;
        }
    }

    /** Who reads lines has nothing of a document before its line ends. */
    private void lineEnds(long end) {
        if (array) {
            return;
        }
        if (heldEnd > 0) {
            heldEnd = end;
        } else {
            boundary = end;
        }
    }

    /** Only space follows what ends a sequence. */
    private int after(byte[] a, int i, long base) {
        long at = base + i;
        if (!isSpace(a[i])) {
            drops.add(at, at + 1);
            facts.bytesAfterTerminator++;
        }
        decided = at + 1;
        return i + 1;
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
        boolean torn = place == Place.INSIDE || place == Place.STRING || place == Place.ESCAPE;
        if (torn && clean) {
            facts.documentEnds(false);
        }
        if (clean) {
            decided = position;
        } else {
            // no charge goes into an answer that broke
            boundary = Math.max(boundary, heldEnd);
            decided = boundary;
            costAt = -1;
        }
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

    /** A sequence has no place for one. */
    @Override
    public long commentAt() {
        return -1;
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
