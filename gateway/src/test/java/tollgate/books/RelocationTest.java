package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static tollgate.books.MovingBooks.HERE;
import static tollgate.books.MovingBooks.THERE;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tollgate.TestBooks;
import tollgate.Wide;
import tollgate.pricing.Usd;
import tollgate.records.Audit;
import tollgate.records.Ledger;
import tollgate.records.Moves;
import tollgate.wallet.EntryKind;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.Move;
import tollgate.wallet.MoveResult;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.WalletAddress;

/** An organisation that moves from one shard to another takes along all that it has, and is in one place at a time (H18). */
@Wide
@ParameterizedClass(name = "{0}")
@EnumSource
@SuppressWarnings("NullAway.Init") // made before every test
class RelocationTest {
    @Parameter
    TestBooks kind = TestBooks.SQLITE;

    @TempDir
    Path folder;

    private MovingBooks it;

    @BeforeParameterizedClassInvocation
    static void ask(TestBooks kind) {
        kind.assumeHere();
    }

    @BeforeEach
    void an_organisation_that_has_spent() throws Exception {
        it = new MovingBooks(folder, kind.address(folder));
        it.steps(new Random(7), 60);
    }

    @AfterEach
    void stop() {
        it.close();
    }

    @Test
    void all_of_it_arrives_nothing_stays_and_the_books_are_exact_behind_every_step() {
        Map<String, String> before = it.money();
        assertThat(before.keySet()).anyMatch(name -> name.contains("c_ring")).anyMatch(name -> name.contains("b_day"));
        it.begin(THERE);
        List<RelocationStep> steps = new ArrayList<>();
        it.carried(step -> {
            steps.add(step);
            assertThat(it.problems()).as("behind " + step).isEmpty();
        });
        assertThat(steps).contains(RelocationStep.values());
        assertThat(it.money()).isEqualTo(before);
        assertThat(it.left(HERE)).isEmpty();
        assertThat(it.problems()).isEmpty();
        assertThat(it.wallet("w_1").shard()).isEqualTo(THERE);
        assertThat(it.wallet("w_9").shard()).isEqualTo(HERE);
        assertThat(kinds("w_1")).endsWith("move_out", "move_in");
        it.steps(new Random(8), 60);
        assertThat(it.problems()).isEmpty();
    }

    @Test
    void it_may_come_back_and_what_an_emptied_redis_gets_again_is_what_was_there() throws IOException {
        for (int i = 0; i < 3; i++) {
            for (int to : List.of(THERE, HERE)) {
                Map<String, String> before = it.money();
                it.begin(to);
                it.carried();
                assertThat(it.money()).isEqualTo(before);
                it.steps(new Random(20 + i), 40);
                Map<String, String> then = MovingBooks.lasting(it.money());
                it.lost(HERE, Map.of());
                assertThat(MovingBooks.lasting(it.money())).isEqualTo(then);
                it.lost(THERE, Map.of());
                assertThat(MovingBooks.lasting(it.money())).isEqualTo(then);
                assertThat(it.problems()).isEmpty();
            }
        }
        assertThat(it.left(THERE)).isEmpty();
    }

    @Test
    void nothing_leaves_while_something_is_open_and_a_move_that_takes_too_long_is_given_up() {
        String exchange = it.place("w_2", Usd.parse("1"), true);
        Moves.Move move = it.records
                .moves()
                .begin("o_1", THERE, System.currentTimeMillis() - 1, new Audit.Word("t", "", 1))
                .orElseThrow();
        it.carried();
        assertThat(it.records.moves().last("o_1").orElseThrow().step()).isEqualTo(Moves.Step.GIVEN_UP);
        assertThat(it.wallet("w_2").shard()).isEqualTo(HERE);
        assertThat(it.records.organisations().find("o_1").orElseThrow().moving())
                .isFalse();
        it.settled(it.stated("w_2", exchange, Usd.parse("0.5"), 10));
        assertThat(it.problems()).isEmpty();
        assertThat(it.begin(THERE).number()).isGreaterThan(move.number());
        it.carried();
        assertThat(it.wallet("w_2").shard()).isEqualTo(THERE);
    }

    @Test
    void nothing_new_is_admitted_under_what_was_known_before_neither_where_it_was_nor_where_it_goes() {
        WalletAddress before = Treasury.address(it.wallet("w_1"));
        it.begin(THERE);
        List<PlaceResult> results = new ArrayList<>();
        it.carried(step -> {
            results.add(it.control.place(MovingBooks.asked(before, "late" + results.size(), new Usd(5), false, 0)));
            results.add(it.control.place(MovingBooks.asked(
                    new WalletAddress(THERE, "o_1", "w_1"), "early" + results.size(), new Usd(5), false, 0)));
        });
        assertThat(results)
                .allMatch(result ->
                        result instanceof PlaceResult.UnknownWallet || result instanceof PlaceResult.StalePolicy);
        assertThat(it.problems()).isEmpty();
    }

    @Test
    void money_that_comes_in_behind_any_step_is_booked_once() {
        List<String> given = new ArrayList<>();
        it.begin(THERE);
        it.carried(step -> {
            String entry = "top-" + step;
            if (given.contains(entry)) {
                return;
            }
            it.treasury.order(it.wallet("w_3"), entry, EntryKind.TOP_UP, new Usd(5), false, "r", "t");
            given.add(entry);
        });
        it.books.sendNow();
        it.books.drainNow();
        assertThat(it.records.ledger().ofWallet("w_3", 0, 1_000))
                .extracting(Ledger.Entry::entry)
                .containsAll(given);
        assertThat(it.problems()).isEmpty();
    }

    @Test
    void no_wallet_is_made_and_no_second_move_begins_while_it_moves() {
        Moves.Move move = it.begin(THERE);
        assertThat(it.records.wallets().add("w_4", "o_1", "late", true, "t", 1)).isFalse();
        assertThat(it.begin(THERE)).isEqualTo(move);
        assertThat(it.begin(3)).isEqualTo(move);
        it.carried();
        assertThat(it.records.moves().begin("o_1", THERE, 1, new Audit.Word("t", "", 1)))
                .isEmpty();
        assertThat(it.records.wallets().add("w_4", "o_1", "late", true, "t", 1)).isTrue();
        it.books.sendNow();
        it.books.drainNow();
        assertThat(it.problems()).isEmpty();
    }

    @Test
    void what_expired_before_it_moved_is_settled_late_where_it_is_by_what_was_taken_already_and_once() {
        Map<String, Long> totals = Map.of("more", 900L, "less", 100L, "nothing", 0L, "same", 300L);
        Map<String, String> names = new TreeMap<>();
        Map<String, HeldCaps> caps = new TreeMap<>();
        totals.forEach((story, total) -> {
            String exchange = it.place("w_1", new Usd(1_000), true);
            it.expire("w_1", exchange, 300);
            names.put(story, exchange);
            caps.put(story, it.control.exchange(HERE, exchange).orElseThrow().caps());
        });
        long before = balance("w_1");
        it.books.drainNow();
        it.begin(THERE);
        it.carried();
        totals.forEach((story, total) -> {
            String exchange = names.get(story);
            // as it was journalled: where it was placed
            WalletAddress then = new WalletAddress(HERE, "o_1", "w_1");
            it.journalled(
                    then, Objects.requireNonNull(exchange), new Usd(total), Objects.requireNonNull(caps.get(story)));
        });
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            it.books.drainNow();
            return it.journal.pending() == 0;
        });
        long taken = totals.values().stream().mapToLong(Long::longValue).sum();
        assertThat(balance("w_1")).isEqualTo(before + 4 * 300 - taken);
        names.values()
                .forEach(exchange ->
                        assertThat(it.records.ledger().find(exchange)).isPresent());
        assertThat(it.records.suspense().parked()).isEmpty();
        assertThat(it.problems()).isEmpty();
    }

    @Test
    void what_expired_and_is_never_settled_becomes_final_where_the_wallet_is() {
        String exchange = it.place("w_1", new Usd(1_000), true);
        it.expire("w_1", exchange, 300);
        it.books.drainNow();
        long before = balance("w_1");
        it.begin(THERE);
        it.carried();
        new Reconstruction(it.records, it.control, Clock.systemUTC(), Duration.ZERO, Duration.ofSeconds(-1))
                .finish(shard -> true);
        it.books.drainNow();
        assertThat(it.records.ledger().find(exchange)).isPresent();
        assertThat(balance("w_1")).isEqualTo(before);
        assertThat(it.problems()).isEmpty();
    }

    @Test
    void it_does_not_go_back_while_what_expired_there_is_not_final() {
        String exchange = it.place("w_1", new Usd(1_000), true);
        it.expire("w_1", exchange, 300);
        it.books.drainNow();
        it.begin(THERE);
        it.carried();
        Moves.Move back = it.records
                .moves()
                .begin("o_1", HERE, System.currentTimeMillis() - 1, new Audit.Word("t", "", 1))
                .orElseThrow();
        it.carried();
        assertThat(it.records.moves().last("o_1").orElseThrow().step()).isEqualTo(Moves.Step.GIVEN_UP);
        assertThat(back.from()).isEqualTo(THERE);
    }

    @Test
    void halves_of_a_move_that_is_over_change_nothing_however_late_they_are_sent() {
        Ledger.Entry last = it.records.ledger().lastOf("w_1").orElseThrow();
        Moves.Move first = it.begin(THERE);
        it.carried();
        Ledger.Entry out =
                it.records.ledger().find("mv:" + first.number() + ":w_1:out").orElseThrow();
        Ledger.Entry counter = it.records
                .ledger()
                .ofMove(HERE, 0, "counter_out", first.reference())
                .getFirst();
        String name = counter.wallet().substring(("mv:" + first.number() + ":").length());
        it.steps(new Random(4), 40);
        List<Move> old = List.of(
                new Move.WalletOut(
                        new WalletAddress(HERE, "o_1", "w_1"),
                        first.number(),
                        last.seq(),
                        new Usd(last.balance()),
                        List.of()),
                new Move.WalletIn(
                        new WalletAddress(THERE, "o_1", "w_1"),
                        first.number(),
                        out.seq(),
                        new Usd(-out.amount()),
                        "USD",
                        "active",
                        0,
                        out.caps()));
        Move in = new Move.CounterIn(new WalletAddress(THERE, "o_1", ""), first.number(), name, counter.caps());
        for (int to : List.of(HERE, THERE)) {
            Map<String, String> before = it.money();
            for (Move half : old) {
                assertThat(it.control.move(half))
                        .as(half.toString())
                        .isInstanceOfAny(MoveResult.Done.class, MoveResult.Rejected.class);
            }
            assertThat(it.money()).isEqualTo(before);
            // where the counter is it changes nothing; where it is not, what it makes is gone once the counter comes
            it.control.move(in);
            it.books.drainNow();
            assertThat(it.problems()).isEmpty();
            it.begin(to);
            it.carried();
            if (to == THERE) {
                assertThat(it.money()).isEqualTo(before);
            }
            it.steps(new Random(5), 40);
            assertThat(it.problems()).isEmpty();
        }
    }

    @Test
    void what_was_frozen_reset_or_removed_on_the_way_is_so_where_it_arrives() {
        it.begin(THERE);
        it.carried(step -> {
            if (step == RelocationStep.COUNTER_OUT) {
                it.treasury.setState(it.wallet("w_2"), "frozen", new Audit.Word("t", "", 1));
                it.records.caps().reset("c_day");
                it.treasury.setCap(it.records.caps().find("c_day").orElseThrow());
            }
        });
        assertThat(it.control
                        .wallet(Treasury.address(it.wallet("w_2")))
                        .orElseThrow()
                        .state())
                .isEqualTo("frozen");
        assertThat(it.money().keySet()).noneMatch(key -> key.matches(".*c_day.*:s"));
        assertThat(it.problems()).isEmpty();
    }

    private long balance(String wallet) {
        return it.control
                .wallet(Treasury.address(it.wallet(wallet)))
                .orElseThrow()
                .balance()
                .nano();
    }

    private List<String> kinds(String wallet) {
        return it.records.ledger().ofWallet(wallet, 0, 10_000).stream()
                .map(Ledger.Entry::kind)
                .toList();
    }
}
