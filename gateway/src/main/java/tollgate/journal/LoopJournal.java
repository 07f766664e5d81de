package tollgate.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The journal of one event loop. Confined to it, but for what the journal's own thread does: making files ahead of need
 * and forcing them.
 */
public final class LoopJournal {
    /** What an entry takes at most: the client's texts are cut to it. */
    private static final int ENTRY = 6 << 10;

    private final Journal journal;
    private final Executor loop;
    private final Queue<Segment> freshSegments = new ConcurrentLinkedQueue<>();
    private final Queue<MeterSlots> freshSlots = new ConcurrentLinkedQueue<>();
    private final List<MeterSlots> slots = new ArrayList<>();
    private final ArrayDeque<Segment> prepared = new ArrayDeque<>();
    private final PackedWriter packed = new PackedWriter();
    private final int entriesPerSegment;
    private int reserved;
    private volatile boolean wantsSegments;
    private volatile boolean wantsSlots;

    LoopJournal(Journal journal, Executor loop, int segmentBytes) {
        this.journal = journal;
        this.loop = loop;
        this.entriesPerSegment = segmentBytes / Segment.framed(ENTRY);
    }

    /**
     * Keeps room for one exchange.
     *
     * @return null where there is none: the exchange must not begin
     */
    public @Nullable Reservation reserve() {
        takeFresh();
        MeterSlots free = freeSlots();
        int room = room();
        wantsSegments |= room < entriesPerSegment;
        if (room <= 0 || free == null) {
            journal.wake();
            return null;
        }
        reserved++;
        return new Place(free, free.take());
    }

    /** Entries of the largest size that there is room for, besides those reserved. */
    private int room() {
        int entries = -reserved;
        for (Segment segment : prepared) {
            entries += segment.free() / Segment.framed(ENTRY);
        }
        return entries;
    }

    private void takeFresh() {
        for (Segment fresh = freshSegments.poll(); fresh != null; fresh = freshSegments.poll()) {
            prepared.add(fresh);
            wantsSegments = false;
        }
        for (MeterSlots fresh = freshSlots.poll(); fresh != null; fresh = freshSlots.poll()) {
            slots.add(fresh);
            wantsSlots = false;
        }
    }

    private @Nullable MeterSlots freeSlots() {
        MeterSlots best = null;
        int left = 0;
        for (MeterSlots each : slots) {
            left += each.available();
            if (each.available() > 0 && best == null) {
                best = each;
            }
        }
        wantsSlots |= left < 256;
        return best;
    }

    private void append(JournalEntry entry, Runnable written) {
        JournalCodec.entry(packed, entry, ENTRY);
        Segment segment = prepared.element();
        long at = segment.append(packed.buffer(), packed.length());
        while (at < 0) {
            segment.fill();
            prepared.remove();
            segment = prepared.element();
            at = segment.append(packed.buffer(), packed.length());
        }
        journal.added(entry, segment, at);
        journal.whenSafe(loop, written);
    }

    boolean wantsSegments() {
        return wantsSegments;
    }

    boolean wantsSlots() {
        return wantsSlots;
    }

    void add(Segment segment) {
        freshSegments.add(segment);
    }

    void add(MeterSlots fresh) {
        freshSlots.add(fresh);
    }

    private final class Place implements Reservation {
        private final MeterSlots slots;
        private final int slot;
        private boolean written;
        private boolean closed;

        Place(MeterSlots slots, int slot) {
            this.slots = slots;
            this.slot = slot;
        }

        @Override
        public void open(ExchangeFacts facts) {
            JournalCodec.facts(packed, facts, MeterSlots.MOST_FACTS);
            slots.open(slot, packed.buffer(), packed.length());
        }

        @Override
        public void holds(long nano) {
            slots.holds(slot, nano);
        }

        @Override
        public void accrued(long nano) {
            slots.accrued(slot, nano);
        }

        @Override
        public void counted(long input, long output) {
            slots.counted(slot, input, output);
        }

        @Override
        public void reported(Map<String, Long> units) {
            JournalCodec.numbers(packed, units);
            slots.reported(slot, packed.buffer(), packed.length());
        }

        @Override
        public void timed(Map<String, Long> timings) {
            JournalCodec.numbers(packed, timings);
            slots.timed(slot, packed.buffer(), packed.length());
        }

        @Override
        public void left() {
            if (!closed) {
                slots.left(slot);
            }
        }

        @Override
        public void settle(JournalEntry entry, Runnable then) {
            if (written) {
                throw new IllegalStateException(entry.exchange() + " is settled already");
            }
            written = true;
            reserved--;
            append(entry, then);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                slots.free(slot);
                if (!written) {
                    reserved--;
                }
            }
        }
    }
}
