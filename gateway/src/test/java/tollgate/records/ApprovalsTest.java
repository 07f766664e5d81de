package tollgate.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tollgate.TestBooks;

/** What waits for somebody to agree, at the times when that ends, on real databases. */
@ParameterizedClass(name = "{0}")
@EnumSource
@SuppressWarnings("NullAway.Init") // opened before each test
class ApprovalsTest {
    private static final long HOUR = 3_600_000;

    @Parameter
    TestBooks kind = TestBooks.SQLITE;

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newFixedThreadPool(6);
    private Records records;
    private Approvals approvals;

    @BeforeParameterizedClassInvocation
    static void ask(TestBooks kind) {
        kind.assumeHere();
    }

    @BeforeEach
    void open() throws SQLException {
        records = TestBooks.open(kind.address(folder));
        records.organisations().named("o", "o_1", 1, 0);
        records.wallets().add("w_1", "o_1", "w", true, "t", 0);
        approvals = records.approvals();
    }

    @AfterEach
    void close() {
        threads.close();
        records.close();
    }

    @Test
    void nobody_approves_at_the_moment_it_is_over_and_asked_again_it_waits_anew() {
        assertThat(ask("e", 11, 0, "v_1")).isInstanceOf(Approvals.Asked.Waits.class);
        assertThat(approvals.approve("v_1", word("bob", HOUR))).isEqualTo(new Approvals.Decision.Over("expired"));
        assertThat(records.postings().asked("e")).isFalse();
        assertThat(approvals.list("expired", HOUR, "", 9).data()).hasSize(1);
        assertThat(approvals.list("waiting", HOUR, "", 9).data()).isEmpty();
        assertThat(ask("e", 11, HOUR, "v_2"))
                .isInstanceOfSatisfying(
                        Approvals.Asked.Waits.class,
                        waits -> assertThat(waits.approval().id()).isEqualTo("v_2"));
        assertThat(approvals.approve("v_1", word("bob", HOUR + 1)))
                .as("the one that is over stays so")
                .isEqualTo(new Approvals.Decision.Over("expired"));
        assertThat(approvals.approve("v_2", word("bob", 2 * HOUR - 1))).isInstanceOf(Approvals.Decision.Done.class);
        assertThat(records.postings().open())
                .filteredOn(posting -> posting.kind().equals("adjust"))
                .singleElement()
                .satisfies(posting -> {
                    assertThat(posting.amount()).isEqualTo(11);
                    assertThat(posting.actor()).isEqualTo("ann approved by bob");
                });
    }

    @Test
    void what_counts_is_what_one_moved_alone_within_the_time_and_was_not_refused() {
        assertThat(ask("a", 6, 0, "v_1")).isInstanceOf(Approvals.Asked.Kept.class);
        assertThat(ask("b", -4, 1, "v_2")).as("to the limit").isInstanceOf(Approvals.Asked.Kept.class);
        assertThat(ask("c", 1, 2, "v_3")).as("one above").isInstanceOf(Approvals.Asked.Waits.class);
        approvals.approve("v_3", word("bob", 3));
        records.postings().refused("b", "no");
        assertThat(ask("d", -4, 4, "v_4"))
                .as("what was refused is free again")
                .isInstanceOf(Approvals.Asked.Kept.class);
        assertThat(ask("f", 6, HOUR, "v_5")).as("the first is still within").isInstanceOf(Approvals.Asked.Waits.class);
        assertThat(ask("g", 6, HOUR + 1, "v_6")).as("and now it is not").isInstanceOf(Approvals.Asked.Kept.class);
    }

    @Test
    void of_many_that_ask_at_once_no_more_pass_alone_than_the_limit_has_room_for() {
        List<CompletableFuture<Approvals.Asked>> asked = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            String name = "m" + i;
            asked.add(CompletableFuture.supplyAsync(() -> ask(name, 3, 5, "v_" + name), threads));
        }
        assertThat(asked.stream().map(CompletableFuture::join))
                .filteredOn(Approvals.Asked.Kept.class::isInstance)
                .hasSize(3);
        assertThat(approvals.list("waiting", 6, "", 99).data()).hasSize(21);
    }

    @Test
    void of_a_yes_and_a_no_at_once_one_stands_and_only_a_yes_is_posted() {
        for (int round = 0; round < 20; round++) {
            String name = "r" + round;
            ask(name, 11, 5, "v_" + name);
            List<CompletableFuture<Approvals.Decision>> decided = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                boolean yes = i % 2 == 0;
                decided.add(CompletableFuture.supplyAsync(
                        () -> yes
                                ? approvals.approve("v_" + name, word("bob", 6))
                                : approvals.reject("v_" + name, word("ann", 6)),
                        threads));
            }
            long done = decided.stream()
                    .map(CompletableFuture::join)
                    .filter(Approvals.Decision.Done.class::isInstance)
                    .count();
            String state = approvals.find("v_" + name).orElseThrow().state();
            assertThat(done).as("the others are told %s", state).isEqualTo(3);
            assertThat(records.postings().asked(name)).isEqualTo(state.equals("approved"));
            assertThat(records.audit().list("approval:v_" + name, "", 9).data()).hasSize(1);
        }
    }

    private Approvals.Asked ask(String entry, long amount, long atMs, String id) {
        return approvals.ask(
                new Postings.Posting(entry, "w_1", "adjust", amount, false, "why", "ann", atMs),
                id,
                10,
                atMs - HOUR,
                atMs + HOUR);
    }

    private static Audit.Word word(String actor, long atMs) {
        return new Audit.Word(actor, "", atMs);
    }
}
