package tollgate.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The books on real SQLite and, where {@code TOLLGATE_TEST_POSTGRES} says where one is, on real PostgreSQL. */
@ParameterizedClass(name = "{0}")
@EnumSource
class RecordsTest {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    enum Database {
        SQLITE,
        POSTGRESQL
    }

    @Parameter
    Database database = Database.SQLITE;

    private String postgres = "";

    @TempDir
    Path folder;

    @Test
    void what_was_kept_is_there_after_reopening() {
        try (Records records = open()) {
            Organisations.Organisation made = records.organisations().named("acme", "o_1", 7, 1);
            assertThat(records.organisations().named("acme", "o_2", 9, 2)).isEqualTo(made);
            records.wallets().add("w_1", "o_1", "main", true, "ann", 3);
            records.keys().add(key("hash", "gpt-4o*", "gpt-5"));
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
    void a_reconstructed_record_gives_way_to_the_real_one_and_a_freeze_is_kept_with_its_entry() {
        try (Records records = open()) {
            records.organisations().named("acme", "o_1", 7, 1);
            records.wallets().add("w_1", "o_1", "main", true, "ann", 3);
            leased(records);
            Ledger.Entry overrun = new Ledger.Entry(
                    "x1", "w_1", 1, 7, 1, 1, "overrun", "x1", -5, -5, 5, 10, "f", false, 1, "", "chat m", "");
            assertThat(records.ledger().commit(7, "me", List.of(overrun), "1-1"))
                    .isEqualTo(new Ledger.Commit.Done());
            assertThat(records.wallets().find("w_1").orElseThrow().state()).isEqualTo("frozen");
            assertThat(records.ledger().unrecorded("w_1")).isEqualTo(5);
            records.exchanges().add(List.of(exchange(5, true)));
            records.exchanges().add(List.of(exchange(4, false)));
            records.exchanges().add(List.of(exchange(3, true)));
            assertThat(records.exchanges().find("x1").orElseThrow().charge()).isEqualTo(4);
            assertThat(records.ledger().unrecorded("w_1")).isZero();
            assertThat(records.ledger().ofShard(7, 0, 11, 10)).hasSize(1);
            assertThat(records.ledger().expired(11, 10)).isEmpty();
            records.shards().recorded(7, 1);
            assertThat(records.shards().get(7).recordedN()).isEqualTo(1);
        }
    }

    @Test
    void an_idempotent_request_is_one_workers_turn_until_it_is_answered_given_up_or_old_and_keeps_its_name() {
        try (Records records = open()) {
            IdempotentRequests requests = records.idempotentRequests();
            Turn first = turn("a");
            assertThat(requests.claim(first, "r", 100, 40)).isEqualTo(ours("a", "a", true));
            assertThat(requests.claim(turn("b"), "r", 110, 50)).isEqualTo(new IdempotentRequests.Claim.Busy());
            assertThat(requests.claim(turn("b"), "other", 110, 50)).isEqualTo(new IdempotentRequests.Claim.Other());
            assertThat(requests.claim(turn("c"), "r", 200, 140))
                    .as("the first one's turn is over, its name stays")
                    .isEqualTo(ours("c", "a", false));
            requests.release(first);
            requests.forget(first);
            assertThat(requests.answered(first, "{1}"))
                    .as("a slow worker keeps nothing and gives nothing up that is its successor's")
                    .isFalse();
            assertThat(requests.claim(turn("d"), "r", 210, 150)).isEqualTo(new IdempotentRequests.Claim.Busy());
            requests.release(new Turn("i", "c", "a"));
            assertThat(requests.claim(turn("d"), "r", 220, 160)).isEqualTo(ours("d", "a", false));
            assertThat(requests.answered(new Turn("i", "d", "a"), "{2}")).isTrue();
            assertThat(requests.answered(new Turn("i", "d", "a"), "{3}")).isFalse();
            requests.forget(new Turn("i", "d", "a"));
            assertThat(requests.claim(turn("e"), "r", 900, 840))
                    .isEqualTo(new IdempotentRequests.Claim.Answered("{2}"));
            requests.forgetBefore(300);
            assertThat(requests.claim(turn("f"), "other", 900, 840)).isEqualTo(ours("f", "f", true));
            requests.forget(turn("f"));
            assertThat(requests.claim(turn("g"), "third", 900, 840)).isEqualTo(ours("g", "g", true));
        }
    }

    @Test
    void a_worker_that_lost_its_turn_neither_makes_nor_changes_a_key() {
        try (Records records = open()) {
            records.organisations().named("acme", "o_1", 7, 1);
            records.wallets().add("w_1", "o_1", "main", true, "ann", 3);
            records.wallets().add("w_1", "o_1", "again", true, "ann", 4);
            assertThat(records.wallets().find("w_1").orElseThrow().name())
                    .as("made once")
                    .isEqualTo("main");
            IdempotentRequests requests = records.idempotentRequests();
            requests.claim(turn("slow"), "r", 100, 40);
            requests.claim(turn("next"), "r", 200, 140);
            assertThat(records.keys().add(key("slow's"), turn("slow"))).isFalse();
            assertThat(records.keys().find("k_1")).isEmpty();
            assertThat(records.keys().add(key("killed's"), turn("next"))).isTrue();
            requests.claim(turn("last"), "r", 300, 240);
            assertThat(records.keys().add(key("last's"), turn("last"))).isTrue();
            assertThat(records.keys().add(key("slow's"), turn("slow"))).isFalse();
            assertThat(records.keys().add(key("killed's"), turn("next"))).isFalse();
            assertThat(records.keys().list("", "", 10).data())
                    .extracting(Keys.Key::hash)
                    .containsExactly("last's");
        }
    }

    private static Turn turn(String worker) {
        return new Turn("i", worker, worker);
    }

    private static IdempotentRequests.Claim ours(String worker, String name, boolean first) {
        return new IdempotentRequests.Claim.Ours(new Turn("i", worker, name), first);
    }

    private static Keys.NewKey key(String hash, String... models) {
        return new Keys.NewKey("k_1", hash, "tg_live_…", "n", "w_1", "ann", null, List.of(models), 4, null);
    }

    private static Exchanges.Exchange exchange(long charge, boolean reconstructed) {
        return new Exchanges.Exchange(
                "x1",
                "w_1",
                "k",
                true,
                "chat",
                "m",
                null,
                "complete",
                "wallet",
                false,
                charge,
                charge,
                200,
                1,
                2,
                "f",
                "{}",
                reconstructed,
                null);
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
    void a_lease_is_one_owners_until_it_runs_out_and_the_next_run_of_a_dead_gateway_has_it_at_once() {
        try (Records records = open()) {
            records.shards().get(7);
            assertThat(records.shards().lease(7, "me", 100, 200)).isTrue();
            assertThat(records.shards().lease(7, "you", 150, 300)).isFalse();
            assertThat(records.shards().lease(7, "me", 150, 300)).isTrue();
            assertThat(records.shards().lease(7, "you", 301, 400)).isTrue();
            records.shards().lease(7, "g.n1", 500, 900);
            records.shards().inherit("g.", "g.n2");
            assertThat(records.shards().lease(7, "g.n1", 600, 900)).isFalse();
            assertThat(records.shards().lease(7, "g.n2", 600, 900)).isTrue();
        }
    }

    @Test
    void a_copy_of_a_living_gateway_is_refused_and_a_restart_in_the_same_place_is_not() {
        try (Records records = open()) {
            Gateways gateways = records.gateways();
            Gateways.Run first = new Gateways.Run("g", 1, "n1", "disk 1");
            assertThat(gateways.claim(first, 1_000, 500)).isTrue();
            Gateways.Run copy = new Gateways.Run("g", 2, "n2", "disk 2");
            assertThat(gateways.claim(copy, 1_100, 500))
                    .as("with the next boot number, as a restart would have")
                    .isFalse();
            Gateways.Run nowhere = new Gateways.Run("g", 2, "n3", "");
            assertThat(gateways.claim(nowhere, 1_100, 500)).isFalse();
            Gateways.Run restarted = new Gateways.Run("g", 2, "n4", "disk 1");
            assertThat(gateways.claim(restarted, 1_100, 500)).isTrue();
            assertThat(gateways.renew(first, 1_200)).isFalse();
            assertThat(gateways.renew(restarted, 1_200)).isTrue();
            assertThat(gateways.seenMs("g")).isEqualTo(1_200);
            assertThat(gateways.claim(copy, 1_700, 500)).isFalse();
            assertThat(gateways.claim(copy, 1_701, 500))
                    .as("not heard of for too long")
                    .isTrue();
            assertThat(gateways.renew(restarted, 1_702)).isFalse();
            gateways.leave(restarted);
            assertThat(gateways.seenMs("g")).as("of another run's").isEqualTo(1_701);
            gateways.leave(copy);
            assertThat(gateways.claim(first, 1_703, 500)).isTrue();
        }
    }

    @Test
    void whoever_is_alive_and_has_not_told_what_it_holds_is_waited_for() {
        try (Records records = open()) {
            Gateways gateways = records.gateways();
            long now = records.nowMs();
            assertThat(now).isCloseTo(System.currentTimeMillis(), within(5_000L));
            gateways.claim(new Gateways.Run("a", 1, "n", "1"), now, 500);
            gateways.claim(new Gateways.Run("b", 1, "n", "2"), now, 500);
            gateways.claim(new Gateways.Run("dead", 1, "n", "3"), now - 501, 500);
            assertThat(gateways.beside("a", now - 500)).containsExactly("b");
            gateways.reinstated("a", 7, 4);
            gateways.reinstated("b", 7, 3);
            gateways.reinstated("b", 8, 4);
            assertThat(gateways.notReinstated(7, 4, now - 500)).containsExactly("b");
            gateways.reinstated("b", 7, 4);
            assertThat(gateways.notReinstated(7, 4, now - 500)).isEmpty();
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
        return new Ledger.Entry(id, "w_1", seq, 7, n, 1, "adjust", "", 1, seq, 0, 1, "f", false, 0, "", "r", "ann");
    }

    @BeforeEach
    void a_database_of_its_own() throws SQLException {
        if (database == Database.POSTGRESQL) {
            String server = System.getenv("TOLLGATE_TEST_POSTGRES");
            if (server == null && !"true".equals(System.getenv("CI"))) {
                Assumptions.abort(
                        "TOLLGATE_TEST_POSTGRES is not set (expected: jdbc:postgresql://host:port/database?user=u"
                                + " of a server on which databases may be made): the books are tested on SQLite alone");
            }
            assertThat(server).as("TOLLGATE_TEST_POSTGRES").isNotNull();
            String name = "t" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet();
            try (Connection connection = DriverManager.getConnection(server);
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE DATABASE " + name);
            }
            postgres = server.replaceFirst("/[^/?]*(\\?|$)", "/" + name + "$1");
        }
    }

    private Records open() {
        return database == Database.SQLITE ? Records.sqlite(folder.resolve("records.db")) : Records.jdbc(postgres);
    }
}
