package tollgate.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settlements that SQL does not hold yet, and the meters of open exchanges, on this machine's disk.
 *
 * <p>Thread-safe; each {@link LoopJournal} belongs to one thread. The folder must not be in use by another process: the
 * caller holds its lock.
 *
 * <h2>Promise</h2> A killed process loses nothing. A dead machine loses what was written in its last {@link
 * JournalSettings#sync()}; with zero, nothing.
 */
public final class Journal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final long IDLE_NANOS = 50_000_000;
    private static final int FIRST_SEGMENTS = 2;

    private final Path folder;
    private final JournalSettings settings;
    private final GatewayIdentity identity;
    private final EarlierRuns earlier;
    private final List<LoopJournal> loops = new ArrayList<>();
    private final Map<String, Held> index = new ConcurrentHashMap<>();
    private final List<List<Segment>> segments = new ArrayList<>();
    private final List<List<MeterSlots>> slots = new ArrayList<>();
    private final ConcurrentLinkedQueue<Stored> fresh = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong order = new AtomicLong();
    private final Thread keeper;
    private volatile boolean closing;
    private long files;
    private volatile boolean complained;

    /**
     * An entry that is not retired. It is kept where it was written and read again when it is asked for: a long time
     * without SQL must not fill the memory.
     *
     * @param order where it stands among all
     * @param since when it was written or found, by {@link System#nanoTime}
     */
    private record Held(Stored stored, long order, long since, Runnable onRetired) {}

    /** Where an entry is kept; null where it is retired and gone. */
    @FunctionalInterface
    private interface Stored {
        @Nullable
        JournalEntry read();
    }

    private record Waiting(Executor loop, Runnable written) {}

    private Journal(Path folder, JournalSettings settings, GatewayIdentity identity, EarlierRuns earlier) {
        this.folder = folder;
        this.settings = settings;
        this.identity = identity;
        this.earlier = earlier;
        this.keeper = Thread.ofPlatform().name("journal").daemon().unstarted(this::keep);
    }

    /**
     * Opens the journal of a folder, reading what earlier runs left.
     *
     * @param loops the threads that will write, each as something that runs tasks on it
     * @throws IOException where files cannot be made or read
     */
    public static Journal open(Path folder, JournalSettings settings, List<? extends Executor> loops)
            throws IOException {
        Files.createDirectories(folder);
        GatewayIdentity identity = GatewayIdentity.next(folder);
        EarlierRuns earlier = EarlierRuns.read(folder);
        Journal journal = new Journal(folder, settings, identity, earlier);
        earlier.entries((entry, onRetired) -> journal.remember(entry, () -> entry, onRetired));
        for (Executor loop : loops) {
            journal.addLoop(loop);
        }
        journal.keeper.start();
        return journal;
    }

    private void addLoop(Executor loop) throws IOException {
        LoopJournal added = new LoopJournal(this, loop, settings.segmentBytes());
        loops.add(added);
        segments.add(new ArrayList<>());
        slots.add(new ArrayList<>());
        for (int i = 0; i < FIRST_SEGMENTS; i++) {
            makeSegment(loops.size() - 1);
        }
        makeSlots(loops.size() - 1);
    }

    /** Who this gateway is in this run. */
    public GatewayIdentity identity() {
        return identity;
    }

    /** The journal of the n-th thread that it was opened for. */
    public LoopJournal loop(int index) {
        return loops.get(index);
    }

    /** Exchanges that were open when an earlier run died and have no settlement here. */
    public List<Orphan> orphans() {
        return earlier.orphans();
    }

    /** Whether an exchange of an earlier run was settled here, but none of its answer had left when its process died. */
    public boolean unseen(String exchange) {
        return earlier.unseen(exchange);
    }

    /** Every orphan is settled: their slots are not needed any more, but for those that say what is owed. */
    public void orphansSettled() {
        earlier.orphansSettled();
    }

    /** The entry of an exchange that is not retired yet. */
    public Optional<JournalEntry> find(String exchange) {
        return Optional.ofNullable(index.get(exchange)).map(held -> held.stored.read());
    }

    /** Hands on the entries that are not retired and have been here for so long, oldest first. No clock can be set wrong. */
    public void unretired(Duration age, Consumer<JournalEntry> to) {
        long now = System.nanoTime();
        long atLeast = age.toNanos();
        List<Held> due = index.values().stream()
                .filter(held -> now - held.since >= atLeast)
                .sorted(Comparator.comparingLong(Held::order))
                .toList();
        for (Held held : due) {
            JournalEntry entry = held.stored.read();
            if (entry != null) {
                to.accept(entry);
            }
        }
    }

    /** Entries that no earlier call has returned, oldest first, at most so many; those of earlier runs too. */
    public List<JournalEntry> fresh(int most) {
        List<JournalEntry> taken = new ArrayList<>();
        while (taken.size() < most) {
            Stored next = fresh.poll();
            if (next == null) {
                break;
            }
            JournalEntry entry = next.read();
            if (entry != null) {
                taken.add(entry);
            }
        }
        return taken;
    }

    /** Whether {@link #fresh} has any. */
    public boolean hasFresh() {
        return !fresh.isEmpty();
    }

    /** How many entries are not retired. */
    public int pending() {
        return index.size();
    }

    /**
     * SQL holds the final row and the usage record of this exchange, and what is owed for it: its entry is not needed any
     * more.
     */
    public void retire(String exchange) {
        earlier.madeGood(exchange);
        Held held = index.remove(exchange);
        if (held != null) {
            held.onRetired.run();
        }
    }

    /** Puts everything written so far on disk. */
    public void force() {
        synchronized (segments) {
            segments.forEach(each -> each.forEach(Segment::force));
        }
    }

    void added(JournalEntry entry, Segment segment, long at) {
        segment.added();
        remember(entry, () -> read(segment, at), segment::retired);
    }

    private static @Nullable JournalEntry read(Segment segment, long at) {
        byte[] record = segment.record(at);
        return record == null ? null : JournalCodec.entry(record);
    }

    private void remember(JournalEntry entry, Stored stored, Runnable onRetired) {
        index.put(entry.exchange(), new Held(stored, order.incrementAndGet(), System.nanoTime(), onRetired));
        fresh.add(stored);
    }

    void whenSafe(Executor loop, Runnable written) {
        if (settings.sync().isZero()) {
            waiting.add(new Waiting(loop, written));
            wake();
        } else {
            written.run();
        }
    }

    void wake() {
        LockSupport.unpark(keeper);
    }

    /** The keeper's thread: makes files ahead of need, forces what was written, deletes what is spent. */
    private void keep() {
        long nap = settings.sync().isZero()
                ? IDLE_NANOS
                : Math.min(IDLE_NANOS, settings.sync().toNanos());
        long lastForce = System.nanoTime();
        while (!closing) {
            if (waiting.isEmpty()) {
                LockSupport.parkNanos(nap);
            }
            try {
                makeAhead();
                long now = System.nanoTime();
                if (!waiting.isEmpty() || now - lastForce >= settings.sync().toNanos()) {
                    lastForce = now;
                    forceAndTell();
                }
                deleteSpent();
                complained = false;
            } catch (IOException | RuntimeException broken) {
                complain(broken);
            }
        }
    }

    /** Whether entries written now will reach the disk. */
    public boolean keeps() {
        return keeper.isAlive() && !complained;
    }

    private void complain(Exception broken) {
        if (!complained) {
            complained = true;
            LOG.error("journal in {}: no new exchange is admitted when what is prepared is used up", folder, broken);
        }
        LockSupport.parkNanos(IDLE_NANOS);
    }

    private void forceAndTell() {
        int written = waiting.size();
        force();
        for (int i = 0; i < written; i++) {
            Waiting next = waiting.poll();
            if (next != null) {
                tell(next);
            }
        }
    }

    /** What somebody does with the news must not end the forcing of everybody else's entries. */
    private static void tell(Waiting waiting) {
        try {
            waiting.loop.execute(waiting.written);
        } catch (RuntimeException broken) {
            LOG.error("a settlement is on disk, but who waits for that cannot be told: it is sent again later", broken);
        }
    }

    private void makeAhead() throws IOException {
        for (int i = 0; i < loops.size(); i++) {
            if (loops.get(i).wantsSegments() && segments.get(i).size() < settings.segments()) {
                makeSegment(i);
            }
            if (loops.get(i).wantsSlots() && slots.get(i).size() < settings.slotFiles()) {
                makeSlots(i);
            }
        }
    }

    private void makeSegment(int loop) throws IOException {
        Segment segment = Segment.create(file("records", loop), settings.segmentBytes());
        synchronized (segments) {
            segments.get(loop).add(segment);
        }
        loops.get(loop).add(segment);
    }

    private void makeSlots(int loop) throws IOException {
        MeterSlots fresh = MeterSlots.create(file("slots", loop), settings.slots());
        slots.get(loop).add(fresh);
        loops.get(loop).add(fresh);
    }

    private Path file(String kind, int loop) {
        return folder.resolve("%s-%08d-%03d-%08d".formatted(kind, identity.boot(), loop, files++));
    }

    private void deleteSpent() throws IOException {
        synchronized (segments) {
            for (List<Segment> each : segments) {
                List<Segment> spent = each.stream().filter(Segment::spent).toList();
                each.removeAll(spent);
                for (Segment segment : spent) {
                    segment.delete();
                }
            }
        }
    }

    /** Forces everything and lets go of the files; the loops must have stopped writing. */
    @Override
    public void close() {
        closing = true;
        wake();
        try {
            keeper.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        forceAndTell();
        try {
            for (Segment segment : segments.stream().flatMap(List::stream).toList()) {
                segment.close();
            }
            for (MeterSlots each : slots.stream().flatMap(List::stream).toList()) {
                each.close(settings.slots());
            }
        } catch (IOException stays) {
            LOG.warn("journal in {}: files that are not needed any more stay and will be read again", folder, stays);
        }
    }
}
