package tollgate.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** What earlier runs left in a journal's folder: read once, deleted piece by piece as it is dealt with. */
final class EarlierRuns {
    private static final Logger LOG = LoggerFactory.getLogger(EarlierRuns.class);

    private final Map<Path, List<JournalEntry>> files = new LinkedHashMap<>();
    private final List<Path> slotFiles = new ArrayList<>();
    private final List<Orphan> orphans = new ArrayList<>();
    private final Set<String> unseen = new HashSet<>();

    static EarlierRuns read(Path folder) throws IOException {
        EarlierRuns earlier = new EarlierRuns();
        List<Path> all;
        try (Stream<Path> listed = Files.list(folder)) {
            all = listed.sorted().toList();
        }
        Set<String> settled = new HashSet<>();
        for (Path file : all) {
            if (file.getFileName().toString().startsWith("records-")) {
                List<JournalEntry> entries = Segment.records(ZeroedFile.read(file)).stream()
                        .map(JournalCodec::entry)
                        .toList();
                entries.forEach(entry -> settled.add(entry.exchange()));
                earlier.files.put(file, entries);
            }
        }
        for (Path file : all) {
            if (file.getFileName().toString().startsWith("slots-")) {
                earlier.slotFiles.add(file);
                MeterSlots.orphans(ZeroedFile.read(file)).forEach(orphan -> earlier.sort(orphan, settled));
            }
        }
        return earlier;
    }

    private void sort(Orphan orphan, Set<String> settled) {
        if (!settled.contains(orphan.facts().exchange())) {
            orphans.add(orphan);
        } else if (!orphan.left()) {
            unseen.add(orphan.facts().exchange());
        }
    }

    /** Hands each entry on, with what to call when it is retired. */
    void entries(BiConsumer<JournalEntry, Runnable> to) throws IOException {
        for (Map.Entry<Path, List<JournalEntry>> file : files.entrySet()) {
            if (file.getValue().isEmpty()) {
                Files.delete(file.getKey());
            }
            AtomicInteger left = new AtomicInteger(file.getValue().size());
            for (JournalEntry entry : file.getValue()) {
                to.accept(entry, () -> {
                    if (left.decrementAndGet() == 0) {
                        delete(file.getKey());
                    }
                });
            }
        }
    }

    List<Orphan> orphans() {
        return List.copyOf(orphans);
    }

    Set<String> unseen() {
        return unseen;
    }

    void forgetOrphans() throws IOException {
        for (Path file : slotFiles) {
            Files.deleteIfExists(file);
        }
        slotFiles.clear();
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException stays) {
            LOG.warn(
                    "journal file {} is not needed any more, but cannot be deleted; it will be read again",
                    file,
                    stays);
        }
    }
}
