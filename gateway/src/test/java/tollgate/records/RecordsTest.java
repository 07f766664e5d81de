package tollgate.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The books on real SQLite. */
class RecordsTest {
    @TempDir
    Path folder;

    @Test
    void what_was_kept_is_there_after_reopening() {
        try (Records records = open()) {
            Organisations.Organisation made = records.organisations().named("acme", "o_1", 7, 1);
            assertThat(records.organisations().named("acme", "o_2", 9, 2)).isEqualTo(made);
            records.wallets().add("w_1", "o_1", "main", true, "ann", 3);
            records.keys()
                    .add("k_1", "hash", "tg_live_…", "n", "w_1", "ann", null, List.of("gpt-4o*", "gpt-5"), 4, null);
        }
        try (Records records = open()) {
            assertThat(records.wallets().find("w_1")).hasValueSatisfying(wallet -> {
                assertThat(wallet.shard()).isEqualTo(7);
                assertThat(wallet.currency()).isEqualTo("USD");
            });
            assertThat(records.keys().good("hash"))
                    .hasValueSatisfying(key -> assertThat(key.allowedModels()).containsExactly("gpt-4o*", "gpt-5"));
            records.keys().revoke("k_1", 9);
            assertThat(records.keys().good("hash")).isEmpty();
            assertThat(records.postings().open())
                    .extracting(Postings.Posting::entry)
                    .containsExactly("open:w_1");
        }
    }

    @Test
    void a_posting_of_the_same_id_is_kept_once_and_done_when_the_ledger_has_it() {
        try (Records records = open()) {
            records.organisations().named("acme", "o_1", 7, 1);
            records.wallets().add("w_1", "o_1", "main", true, "ann", 3);
            Postings.Posting first = new Postings.Posting("t1", "w_1", "top_up", 5, false, "r", "ann", 4);
            assertThat(records.postings().keep(first)).isEqualTo(first);
            Postings.Posting other = new Postings.Posting("t1", "w_1", "top_up", 6, false, "r", "ann", 5);
            assertThat(records.postings().keep(other)).isEqualTo(first);
            leased(records);
            records.ledger().commit(7, "me", List.of(entry("open:w_1", 1, 1), entry("t1", 2, 2)), "1-2");
            assertThat(records.postings().open()).isEmpty();
        }
    }

    @Test
    void entries_are_kept_in_order_once_and_with_the_position_behind_them() {
        try (Records records = open()) {
            leased(records);
            List<Ledger.Entry> batch = List.of(entry("a", 1, 1), entry("b", 2, 2));
            assertThat(records.ledger().commit(7, "me", batch, "1-2")).isEqualTo(new Ledger.Commit.Done());
            assertThat(records.ledger().commit(7, "me", batch, "1-2")).isEqualTo(new Ledger.Commit.Done());
            assertThat(records.ledger().ofWallet("w_1", 0, 10)).hasSize(2);
            assertThat(records.shards().get(7).n()).isEqualTo(2);
            assertThat(records.shards().get(7).streamId()).isEqualTo("1-2");
        }
    }

    @Test
    void a_fork_a_gap_and_a_lost_lease_keep_nothing() {
        try (Records records = open()) {
            leased(records);
            records.ledger().commit(7, "me", List.of(entry("a", 1, 1)), "1-1");
            assertThat(records.ledger().commit(7, "me", List.of(entry("b", 2, 2), entry("c", 1, 3)), "1-3"))
                    .isEqualTo(new Ledger.Commit.Fork("w_1", 1, "a", "c"));
            assertThat(records.ledger().commit(7, "me", List.of(entry("d", 3, 4)), "1-4"))
                    .isEqualTo(new Ledger.Commit.Gap(4, 2));
            assertThat(records.ledger().commit(7, "you", List.of(entry("b", 2, 2)), "1-2"))
                    .isEqualTo(new Ledger.Commit.LostLease());
            assertThat(records.ledger().ofWallet("w_1", 0, 10)).hasSize(1);
            assertThat(records.shards().get(7).n()).isEqualTo(1);
        }
    }

    @Test
    void a_lease_is_one_owners_until_it_runs_out_and_a_cloned_gateway_is_refused() {
        try (Records records = open()) {
            records.shards().get(7);
            assertThat(records.shards().lease(7, "me", 100, 200)).isTrue();
            assertThat(records.shards().lease(7, "you", 150, 300)).isFalse();
            assertThat(records.shards().lease(7, "me", 150, 300)).isTrue();
            assertThat(records.shards().lease(7, "you", 301, 400)).isTrue();
            assertThat(records.gateways().claim("g", 1, "n1", 1_000, 500)).isTrue();
            assertThat(records.gateways().claim("g", 1, "n2", 1_100, 500)).isFalse();
            assertThat(records.gateways().claim("g", 2, "n3", 1_100, 500)).isTrue();
            assertThat(records.gateways().claim("g", 1, "n2", 9_000, 500)).isTrue();
        }
    }

    @Test
    void pages_follow_each_other_to_the_end() {
        try (Records records = open()) {
            records.organisations().named("acme", "o_1", 7, 1);
            for (int i = 0; i < 5; i++) {
                records.wallets().add("w_" + i, "o_1", "n", false, "ann", i);
            }
            Page<Wallets.Wallet> first = records.wallets().list("", 2);
            assertThat(first.data()).extracting(Wallets.Wallet::id).containsExactly("w_0", "w_1");
            Page<Wallets.Wallet> last = records.wallets().list("w_3", 2);
            assertThat(last.data()).extracting(Wallets.Wallet::id).containsExactly("w_4");
            assertThat(last.next()).isNull();
        }
    }

    private static void leased(Records records) {
        records.shards().get(7);
        assertThat(records.shards().lease(7, "me", 1, Long.MAX_VALUE)).isTrue();
    }

    private static Ledger.Entry entry(String id, long seq, long n) {
        return new Ledger.Entry(id, "w_1", seq, 7, n, 1, "adjust", "", 1, seq, 0, 1, "f", false, false, "r", "ann");
    }

    private Records open() {
        return Records.sqlite(folder.resolve("records.db"));
    }
}
