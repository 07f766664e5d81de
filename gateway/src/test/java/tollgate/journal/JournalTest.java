package tollgate.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.pricing.Usd;

/** The test's own thread is the event loop. */
class JournalTest {
    private static final JournalSettings SMALL = new JournalSettings(Duration.ofMillis(20), 64 << 10, 3, 16, 1);
    private static final Executor LOOP = Runnable::run;

    @TempDir
    Path folder;

    @Test
    void an_entry_is_found_until_it_is_retired() throws IOException {
        try (Journal journal = open()) {
            settle(journal, Entries.entry("x1", 7));
            assertThat(journal.find("x1")).contains(Entries.entry("x1", 7));
            assertThat(journal.pending()).isEqualTo(1);
            journal.retire("x1");
            assertThat(journal.find("x1")).isEmpty();
        }
    }

    @Test
    void a_clean_end_with_everything_retired_leaves_no_files() throws IOException {
        try (Journal journal = open()) {
            settle(journal, Entries.entry("x1", 7));
            journal.retire("x1");
        }
        assertThat(files()).containsExactly("gateway.properties");
    }

    @Test
    void what_was_not_retired_is_there_again_in_order_with_the_next_boot_number() throws IOException {
        try (Journal journal = open()) {
            for (int i = 0; i < 30; i++) {
                settle(journal, Entries.entry("x" + i, i));
            }
            journal.retire("x0");
        }
        try (Journal again = open()) {
            assertThat(again.identity().boot()).isEqualTo(2);
            assertThat(unretired(again)).extracting(JournalEntry::exchange).contains("x29", "x1");
            assertThat(unretired(again).getLast().exchange()).isEqualTo("x29");
            unretired(again).forEach(entry -> again.retire(entry.exchange()));
        }
        assertThat(files()).containsExactly("gateway.properties");
    }

    @Test
    void without_room_nothing_is_admitted_and_retiring_makes_room() throws IOException {
        try (Journal journal = open()) {
            List<String> written = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                Reservation reservation = journal.loop(0).reserve();
                if (reservation == null) {
                    if (journal.pending() > 150) {
                        break;
                    }
                    pause();
                    continue;
                }
                String exchange = "x" + i;
                reservation.settle(Entries.entry(exchange, i), () -> written.add(exchange));
                reservation.close();
            }
            assertThat(journal.loop(0).reserve())
                    .as("three files of 64 KiB are full")
                    .isNull();
            written.forEach(journal::retire);
            await().atMost(Duration.ofSeconds(5)).until(() -> journal.loop(0).reserve() != null);
        }
    }

    @Test
    void every_reservation_can_be_settled_however_many_were_given() throws IOException {
        try (Journal journal = open()) {
            List<Reservation> given = new ArrayList<>();
            for (@Nullable Reservation next = journal.loop(0).reserve();
                    next != null;
                    next = journal.loop(0).reserve()) {
                given.add(next);
            }
            assertThat(given).isNotEmpty();
            Map<String, String> long5k = Map.of("a", "x".repeat(5000));
            for (int i = 0; i < given.size(); i++) {
                given.get(i).settle(Entries.entry("x" + i, i, long5k), () -> {});
                given.get(i).close();
            }
            assertThat(journal.pending()).isEqualTo(given.size());
        }
    }

    @Test
    void texts_too_long_for_a_record_are_left_out_of_it_and_the_money_stays() throws IOException {
        try (Journal journal = open()) {
            settle(journal, Entries.entry("x1", 7, Map.of("a", "x".repeat(9000))));
        }
        try (Journal again = open()) {
            JournalEntry kept = again.find("x1").orElseThrow();
            assertThat(kept.settle().total()).isEqualTo(new Usd(7));
            assertThat(kept.usage().facts().metadata()).isEmpty();
        }
    }

    @Test
    void open_exchanges_of_a_dead_process_are_orphans_with_what_had_left() throws IOException {
        Journal dead = open();
        Reservation relayed = reserve(dead);
        relayed.open(Entries.facts("x1", Map.of()));
        relayed.accrued(500);
        relayed.left();
        relayed.accrued(900);
        reserve(dead).open(Entries.facts("x2", Map.of()));
        reserve(dead);
        Reservation settledUnseen = reserve(dead);
        settledUnseen.open(Entries.facts("x3", Map.of()));
        settledUnseen.settle(Entries.entry("x3", 3), () -> {});
        try (Journal again = open()) {
            assertThat(again.orphans())
                    .containsExactlyInAnyOrder(
                            new Orphan(Entries.facts("x1", Map.of()), true, new Usd(900)),
                            new Orphan(Entries.facts("x2", Map.of()), false, Usd.ZERO));
            assertThat(again.unseen("x3")).isTrue();
            assertThat(again.unseen("x1")).isFalse();
            again.orphansSettled();
        }
        dead.close();
    }

    @Test
    void a_damaged_record_ends_the_file_and_those_before_it_are_kept() throws IOException {
        try (Journal journal = open()) {
            settle(journal, Entries.entry("x1", 1));
            settle(journal, Entries.entry("x2", 2));
        }
        Path file = records();
        byte[] bytes = Files.readAllBytes(file);
        int second = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).lastIndexOf("x2");
        bytes[second] ^= 1;
        Files.write(file, bytes);
        try (Journal again = open()) {
            assertThat(unretired(again)).extracting(JournalEntry::exchange).containsExactly("x1");
        }
    }

    @Test
    void with_sync_zero_the_call_back_comes_after_the_disk() throws IOException {
        ConcurrentLinkedQueue<Runnable> loop = new ConcurrentLinkedQueue<>();
        try (Journal journal = Journal.open(folder, SMALL.withSync(Duration.ZERO), List.<Executor>of(loop::add))) {
            Reservation reservation = reserve(journal);
            boolean[] safe = {false};
            reservation.settle(Entries.entry("x1", 1), () -> safe[0] = true);
            assertThat(safe[0]).isFalse();
            await().atMost(Duration.ofSeconds(5)).until(() -> !loop.isEmpty());
            loop.remove().run();
            assertThat(safe[0]).isTrue();
        }
    }

    private static List<JournalEntry> unretired(Journal journal) {
        List<JournalEntry> all = new ArrayList<>();
        journal.unretired(Long.MAX_VALUE, all::add);
        return all;
    }

    private Journal open() throws IOException {
        return Journal.open(folder, SMALL, List.of(LOOP));
    }

    private static Reservation reserve(Journal journal) {
        Reservation reservation = journal.loop(0).reserve();
        assertThat(reservation).isNotNull();
        return java.util.Objects.requireNonNull(reservation);
    }

    private static void settle(Journal journal, JournalEntry entry) {
        Reservation reservation = await().atMost(Duration.ofSeconds(5))
                .until(() -> java.util.Optional.ofNullable(journal.loop(0).reserve()), java.util.Optional::isPresent)
                .orElseThrow();
        reservation.settle(entry, () -> {});
        reservation.close();
    }

    private static void pause() {
        java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }

    private Path records() throws IOException {
        try (Stream<Path> listed = Files.list(folder)) {
            return listed.filter(each -> each.getFileName().toString().startsWith("records-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> listed = Files.list(folder)) {
            return listed.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }
}
