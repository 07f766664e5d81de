package tollgate.dialect.answer;

import io.netty.buffer.ByteBuf;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;

/** Scans an answer that is one JSON document. Keeps none of its bytes but the usage object. */
public final class WholeAnswerScanner implements AnswerScanner, Bytes.Taker {
    private final ReadFacts facts;
    private long position;
    private long costAt = -1;
    private boolean ended;
    private boolean clean;
    private boolean settled;

    /**
     * A scanner of one answer.
     *
     * @param facts says what the document means, and keeps what it said
     */
    public WholeAnswerScanner(ReadFacts facts) {
        this.facts = facts;
    }

    @Override
    public void scan(ByteBuf slice) {
        Bytes.feed(slice, this);
    }

    @Override
    public void feed(byte[] a, int from, int to) {
        facts.document.read(a, from, to);
        int usageEnd = facts.document.usageEnd();
        if (usageEnd >= 0) {
            costAt = position + usageEnd - from;
        }
        position += to - from;
    }

    @Override
    public void end(boolean clean) {
        if (ended) {
            return;
        }
        ended = true;
        this.clean = clean;
        facts.documentEnds(false);
        facts.complete = clean && facts.document.isAnswer();
    }

    @Override
    public void settled() {
        settled = true;
    }

    @Override
    public long releasable() {
        return settled && clean ? position : 0;
    }

    @Override
    public int dropCount() {
        return 0;
    }

    @Override
    public long dropFrom(int index) {
        throw new IndexOutOfBoundsException(index);
    }

    @Override
    public long dropTo(int index) {
        throw new IndexOutOfBoundsException(index);
    }

    @Override
    public void forgetDrops(int count) {}

    @Override
    public boolean terminated() {
        return ended;
    }

    @Override
    public long commentAt() {
        return -1;
    }

    @Override
    public long costAt() {
        return facts.complete ? costAt : -1;
    }

    @Override
    public boolean tornEvent() {
        return false;
    }

    @Override
    public AnswerFacts facts() {
        return facts;
    }
}
