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
import tollgate.Breadth;
import tollgate.pricing.Usd;
import tollgate.wallet.HeldCaps;

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
            // a file that is on its way comes within a moment, one that may not be made never
            int refused = 0;
            for (int i = 0; i < 5000 && refused < 200; i++) {
                Reservation reservation = journal.loop(0).reserve();
                if (reservation == null) {
                    refused++;
                    pause();
                    continue;
                }
                refused = 0;
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
        relayed.counted(12, 34);
        relayed.timed(Map.of("held", 7L));
        Reservation reported = reserve(dead);
        reported.open(Entries.facts("x4", Map.of()));
        reported.counted(12, 34);
        reported.reported(Map.of("input", 1L, "cached_input", 2L, "output", 3L));
        reserve(dead).open(Entries.facts("x2", Map.of()));
        reserve(dead);
        Reservation settledUnseen = reserve(dead);
        settledUnseen.open(Entries.facts("x3", Map.of()));
        settledUnseen.settle(Entries.entry("x3", 3), () -> {});
        try (Journal again = open()) {
            assertThat(again.orphans())
                    .containsExactlyInAnyOrder(
                            new Orphan(
                                    Entries.facts("x1", Map.of()),
                                    true,
                                    new Usd(900),
                                    Map.of("input", 12L, "output", 34L),
                                    Map.of("held", 7L)),
                            new Orphan(Entries.facts("x2", Map.of()), false, Usd.ZERO, Map.of(), Map.of()),
                            new Orphan(
                                    Entries.facts("x4", Map.of()),
                                    false,
                                    Usd.ZERO,
                                    Map.of("input", 1L, "cached_input", 2L, "output", 3L),
                                    Map.of()));
            assertThat(again.unseen("x3")).isTrue();
            assertThat(again.unseen("x1")).isFalse();
            again.orphansSettled();
        }
        dead.close();
    }

    @Test
    void a_damaged_record_hides_no_other_and_its_file_is_kept_for_a_person() throws IOException {
        for (String damaged : List.of("x1", "x2", "x3")) {
            for (int before : new int[] {0, 1, 8}) {
                try (Journal journal = open()) {
                    for (String exchange : List.of("x1", "x2", "x3")) {
                        settle(journal, Entries.entry(exchange, 7));
                    }
                }
                Path file = file("records-");
                byte[] bytes = Files.readAllBytes(file);
                // the text itself, and by the padding the sum or the length in front of it
                bytes[text(bytes, damaged) - before] ^= 1;
                Files.write(file, bytes);
                try (Journal again = open()) {
                    assertThat(unretired(again))
                            .as(damaged + " -" + before)
                            .extracting(JournalEntry::exchange)
                            .hasSize(2)
                            .doesNotContain(damaged);
                    unretired(again).forEach(entry -> again.retire(entry.exchange()));
                }
                assertThat(files()).contains("damaged-" + file.getFileName()).doesNotContain(file.getFileName() + "");
                Files.delete(file("damaged-"));
            }
        }
    }

    @Test
    void whatever_is_torn_off_the_last_two_kibibytes_of_records_each_is_there_whole_or_not_at_all() throws IOException {
        List<String> all = List.of("x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "xa", "xb", "xc");
        try (Journal journal = open()) {
            all.forEach(exchange -> settle(journal, Entries.entry(exchange, 7)));
        }
        Path file = file("records-");
        byte[] whole = Files.readAllBytes(file);
        int end = whole.length;
        while (whole[end - 1] == 0) {
            end--;
        }
        int stride = Breadth.full() ? 1 : 23;
        int before = -1;
        for (int cut = end - 2_047 / stride * stride; cut <= end; cut += stride) {
            byte[] torn = whole.clone();
            // the disk has what was written up to here; behind it are the zeros that the file was filled with
            java.util.Arrays.fill(torn, cut, torn.length, (byte) 0);
            Files.write(file, torn);
            try (Journal again = open()) {
                List<JournalEntry> left = unretired(again);
                assertThat(left)
                        .as("torn at byte " + cut)
                        .extracting(JournalEntry::exchange)
                        .isEqualTo(all.subList(0, left.size()));
                assertThat(left).allSatisfy(entry -> assertThat(entry).isEqualTo(Entries.entry(entry.exchange(), 7)));
                assertThat(left.size()).isGreaterThanOrEqualTo(before);
                before = left.size();
            }
            for (String name : files()) {
                if (!name.equals(file.getFileName().toString()) && !name.startsWith("identity")) {
                    Files.deleteIfExists(folder.resolve(name));
                }
            }
        }
        assertThat(before).as("nothing torn off").isEqualTo(all.size());
    }

    @Test
    void what_is_owed_for_an_answer_nobody_saw_survives_a_second_kill() throws IOException {
        Journal dead = open();
        Reservation unseen = reserve(dead);
        unseen.open(Entries.facts("x1", Map.of()));
        unseen.settle(Entries.entry("x1", 5), () -> {});
        Journal second = open();
        assertThat(second.unseen("x1")).isTrue();
        second.orphansSettled();
        Journal third = open();
        assertThat(third.find("x1")).isPresent();
        assertThat(third.unseen("x1")).as("not given back yet").isTrue();
        third.orphansSettled();
        third.retire("x1");
        assertThat(third.unseen("x1")).isFalse();
        third.close();
        second.close();
        dead.close();
    }

    @Test
    void names_too_long_for_a_slot_are_cut_and_never_reach_into_the_next() throws IOException {
        Journal dead = open();
        reserve(dead).open(named("x1", "\u0001".repeat(256)));
        reserve(dead).open(named("x2", "日".repeat(256)));
        reserve(dead).open(named("x3", "😀".repeat(128)));
        try (Journal again = open()) {
            assertThat(again.orphans())
                    .extracting(orphan -> orphan.facts().exchange())
                    .containsExactlyInAnyOrder("x1", "x2", "x3");
        }
        dead.close();
    }

    private static ExchangeFacts named(String exchange, String name) {
        ExchangeFacts plain = Entries.facts(exchange, Map.of("label", name));
        return new ExchangeFacts(
                exchange,
                plain.at(),
                true,
                plain.key(),
                name,
                name,
                "chat",
                "openai",
                name,
                name,
                true,
                plain.held(),
                1L,
                name,
                Map.of(),
                name,
                plain.metadata(),
                List.of(),
                name,
                name,
                plain.started(),
                new HeldCaps("c_0123456789abcdef:m_0123456789abcdef,u,0,1800000000000,9000000000000000;".repeat(16)),
                "p".repeat(64),
                null,
                ExchangeFacts.STRICT,
                "role_may_not_spend");
    }

    @Test
    void a_torn_slot_is_told_of_and_the_others_are_read() throws IOException {
        Journal dead = open();
        reserve(dead).open(Entries.facts("x1", Map.of()));
        reserve(dead).open(Entries.facts("x2", Map.of()));
        Path file = file("slots-");
        byte[] bytes = Files.readAllBytes(file);
        int at = text(bytes, "x1");
        java.util.Arrays.fill(bytes, at, at + 20, (byte) 0);
        Files.write(file, bytes);
        try (Journal again = open()) {
            assertThat(again.orphans())
                    .extracting(orphan -> orphan.facts().exchange())
                    .containsExactly("x2");
        }
        dead.close();
    }

    @Test
    void a_call_back_that_fails_keeps_nobody_else_waiting() throws IOException {
        Executor refusing = task -> {
            throw new java.util.concurrent.RejectedExecutionException("stopping");
        };
        ConcurrentLinkedQueue<Runnable> loop = new ConcurrentLinkedQueue<>();
        try (Journal journal = Journal.open(folder, SMALL.withSync(Duration.ZERO), List.of(refusing, loop::add))) {
            Reservation failing =
                    java.util.Objects.requireNonNull(journal.loop(0).reserve());
            failing.settle(Entries.entry("x1", 1), () -> {});
            Reservation waiting =
                    java.util.Objects.requireNonNull(journal.loop(1).reserve());
            waiting.settle(Entries.entry("x2", 1), () -> {});
            await().atMost(Duration.ofSeconds(5)).until(() -> !loop.isEmpty());
            Reservation later = java.util.Objects.requireNonNull(journal.loop(1).reserve());
            later.settle(Entries.entry("x3", 1), () -> {});
            await().atMost(Duration.ofSeconds(5)).until(() -> loop.size() == 2);
            assertThat(journal.keeps()).isTrue();
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
        journal.unretired(Duration.ZERO, all::add);
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

    private static int text(byte[] bytes, String wanted) {
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(wanted);
    }

    private Path file(String prefix) throws IOException {
        try (Stream<Path> listed = Files.list(folder)) {
            return listed.filter(each -> each.getFileName().toString().startsWith(prefix))
                    .sorted()
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
