package tollgate.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What earlier runs left in a journal's folder: read once, deleted piece by piece as it is dealt with. A file with anything
 * in it that cannot be read is kept, under another name, for a person to look at.
 *
 * <p>Thread-safe once read.
 */
final class EarlierRuns {
    private static final Logger LOG = LoggerFactory.getLogger(EarlierRuns.class);
    private static final String DAMAGED = "damaged-";

    private final Map<Path, List<JournalEntry>> files = new LinkedHashMap<>();
    private final Set<Path> damaged = new HashSet<>();
    private final List<Orphan> orphans = new ArrayList<>();
    /** Slot files, each with the exchanges that were settled although none of their answer had left. */
    private final Map<Path, Set<String>> slotFiles = new LinkedHashMap<>();

    private boolean orphansSettled;

    static EarlierRuns read(Path folder) throws IOException {
        EarlierRuns earlier = new EarlierRuns();
        List<Path> all;
        try (Stream<Path> listed = Files.list(folder)) {
            all = listed.sorted().toList();
        }
        Set<String> settled = new HashSet<>();
        for (Path file : all) {
            if (file.getFileName().toString().startsWith("records-")) {
                earlier.records(file, settled);
            }
        }
        for (Path file : all) {
            if (file.getFileName().toString().startsWith("slots-")) {
                earlier.slots(file, settled);
            }
        }
        return earlier;
    }

    private void records(Path file, Set<String> settled) throws IOException {
        Segment.Content content = Segment.content(ZeroedFile.read(file));
        List<JournalEntry> entries =
                content.records().stream().map(JournalCodec::entry).toList();
        entries.forEach(entry -> settled.add(entry.exchange()));
        files.put(file, entries);
        if (content.damaged()) {
            damaged.add(file);
            LOG.error(
                    "journal file {} is damaged: {} settlements can be read, others may be lost with it; it is kept as {}{}",
                    file,
                    entries.size(),
                    DAMAGED,
                    file.getFileName());
        }
    }

    private void slots(Path file, Set<String> settled) throws IOException {
        Map<String, Orphan> byExchange = new HashMap<>();
        Set<String> unseen = new HashSet<>();
        for (Orphan orphan : MeterSlots.orphans(ZeroedFile.read(file))) {
            if (!settled.contains(orphan.facts().exchange())) {
                byExchange.put(orphan.facts().exchange(), orphan);
            } else if (!orphan.left()) {
                unseen.add(orphan.facts().exchange());
            }
        }
        orphans.addAll(byExchange.values());
        slotFiles.put(file, unseen);
    }

    /** Hands each entry on, with what to call when it is retired. */
    void entries(BiConsumer<JournalEntry, Runnable> to) {
        for (Map.Entry<Path, List<JournalEntry>> file : files.entrySet()) {
            if (file.getValue().isEmpty()) {
                done(file.getKey());
            }
            AtomicInteger left = new AtomicInteger(file.getValue().size());
            for (JournalEntry entry : file.getValue()) {
                to.accept(entry, () -> {
                    if (left.decrementAndGet() == 0) {
                        done(file.getKey());
                    }
                });
            }
        }
    }

    List<Orphan> orphans() {
        return List.copyOf(orphans);
    }

    /** Whether an exchange was settled although none of its answer had left: what it took is to be given back. */
    synchronized boolean unseen(String exchange) {
        return slotFiles.values().stream().anyMatch(unseen -> unseen.contains(exchange));
    }

    /** What is owed for an exchange, if anything, is in SQL: until then its slot must survive the next kill too. */
    synchronized void madeGood(String exchange) {
        boolean was = false;
        for (Set<String> unseen : slotFiles.values()) {
            was |= unseen.remove(exchange);
        }
        if (was) {
            deleteSlots();
        }
    }

    synchronized void orphansSettled() {
        orphansSettled = true;
        deleteSlots();
    }

    private void deleteSlots() {
        if (orphansSettled) {
            slotFiles.entrySet().removeIf(file -> {
                boolean spent = file.getValue().isEmpty();
                if (spent) {
                    done(file.getKey());
                }
                return spent;
            });
        }
    }

    private void done(Path file) {
        try {
            if (damaged.contains(file)) {
                Files.move(file, file.resolveSibling(DAMAGED + file.getFileName()));
            } else {
                Files.deleteIfExists(file);
            }
        } catch (IOException stays) {
            LOG.warn(
                    "journal file {} is not needed any more, but cannot be deleted; it will be read again",
                    file,
                    stays);
        }
    }
}
