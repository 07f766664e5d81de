package tollgate.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

    private Records records;
    private Approvals approvals;

    @BeforeEach
    void open() throws SQLException {
        records = TestBooks.open(kind.address(folder));
        records.organisations().named("o", "o_1", 1, 0);
        records.wallets().add("w_1", "o_1", "w", true, "t", 0);
        approvals = records.approvals();
    }

    @AfterEach
    void close() {
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
