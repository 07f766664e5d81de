package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tollgate.TestBooks;
import tollgate.records.Records;

/** Double entry: every kind of entry has another side, all sides come to zero, and what is left is in the wallets. */
@ParameterizedClass(name = "{0}")
@EnumSource
@SuppressWarnings("NullAway.Init") // opened before each test
class AccountsTest {
    @Parameter
    TestBooks kind = TestBooks.SQLITE;

    @TempDir
    Path folder;

    private Records records;
    private BookedEntries books;
    private Accounts accounts;

    @BeforeParameterizedClassInvocation
    static void ask(TestBooks kind) {
        kind.assumeHere();
    }

    @BeforeEach
    void open() throws SQLException {
        String address = kind.address(folder);
        records = TestBooks.open(address);
        records.organisations().named("acme", "o_1", 7, 1);
        records.wallets().add("w_1", "o_1", "live", true, "t", 1);
        records.wallets().add("w_2", "o_1", "test", false, "t", 1);
        records.wallets().add("w_3", "o_1", "live, too", true, "t", 1);
        books = new BookedEntries(address);
        accounts = new Accounts(records);
    }

    @AfterEach
    void close() throws SQLException {
        books.close();
        records.close();
    }

    @Test
    void each_kind_moves_its_own_account_and_debts_are_receivable() throws SQLException {
        books.moved("w_1", "open", 0, 1);
        books.moved("w_1", "top_up", 10, 1);
        books.charged("w_1", "x1", "m", "k", 12, 2, 2);
        assertThat(trial(0, 9))
                .isEqualTo(Map.of(
                        Account.WALLET, 0L,
                        Account.RECEIVABLE, -2L,
                        Account.REVENUE, 12L,
                        Account.PSP_CLEARING, -10L));
        books.moved("w_1", "top_up", 5, 3);
        books.moved("w_1", "grant", 7, 4);
        books.moved("w_1", "grant_expiry", -3, 5);
        books.moved("w_1", "refund", 1, 6);
        books.moved("w_1", "adjust", -4, 7);
        books.add("w_1", "x1:adjust", "adjust", "x1", -1, 8);
        assertThat(trial(0, 9))
                .isEqualTo(Map.of(
                        Account.WALLET, 3L,
                        Account.RECEIVABLE, 0L,
                        Account.REVENUE, 12L,
                        Account.PSP_CLEARING, -15L,
                        Account.PROMO_EXPENSE, -7L,
                        Account.BREAKAGE, 3L,
                        Account.SUSPENSE, 4L));
        assertThat(trial(3, 4))
                .as("a payment pays the debt first")
                .isEqualTo(Map.of(Account.WALLET, 3L, Account.RECEIVABLE, 2L, Account.PSP_CLEARING, -5L));
        assertThat(accounts.problems()).isEmpty();
    }

    @Test
    void whatever_is_booked_comes_to_zero_in_each_currency_and_times_add_up() throws SQLException {
        Random random = new Random(30);
        List<String> kinds =
                List.of("top_up", "grant", "refund", "adjust", "grant_expiry", "settle", "late", "overrun");
        for (int i = 0; i < 3_000; i++) {
            String wallet = "w_" + (1 + random.nextInt(3));
            String kind = kinds.get(random.nextInt(kinds.size()));
            long amount = random.nextLong(-9_000_000_000_000L, 9_000_000_000_000L);
            boolean ofExchange = kinds.indexOf(kind) > 4;
            books.add(wallet, "e" + i, kind, ofExchange ? "x" + i : "", amount, i);
        }
        books.kept();
        assertThat(accounts.problems()).isEmpty();
        Accounts.Trial all = accounts.trial(0, 3_000);
        assertThat(all.byCurrency().keySet()).containsExactly("TEST", "USD");
        Accounts.Trial first = accounts.trial(0, 1_234);
        Accounts.Trial rest = accounts.trial(1_234, 3_000);
        all.byCurrency().forEach((currency, each) -> {
            assertThat(each.values().stream().mapToLong(Long::longValue).sum())
                    .as(currency)
                    .isZero();
            Map<Account, Long> parts = new EnumMap<>(Account.class);
            for (Accounts.Trial part : List.of(first, rest)) {
                part.byCurrency()
                        .getOrDefault(currency, Map.of())
                        .forEach((account, amount) -> parts.merge(account, amount, Long::sum));
            }
            assertThat(parts).as(currency).isEqualTo(each);
        });
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "an amount altered      | UPDATE ledger_entry SET amount = amount + 1 WHERE kind = 'grant'  | all entries come to",
                "a balance altered      | UPDATE ledger_entry SET balance = -7 WHERE entry = 'x1'           | the account wallet comes to",
                "an entry deleted       | DELETE FROM ledger_entry WHERE kind = 'grant'                     | all entries come to",
                "money made test money  | UPDATE ledger_entry SET wallet = 'w_2', seq = 99 WHERE kind = 'grant' | all entries come to",
                "a kind that nobody knows | UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'grant'      | entries of the kind 'gift'",
                "a top-up of an exchange | UPDATE ledger_entry SET exchange = 'x1' WHERE kind = 'top_up'    | entries of the kind 'top_up' of exchanges",
            })
    void whoever_was_at_the_entries_is_found(String story, String sql, String problem) throws SQLException {
        books.moved("w_1", "top_up", 10, 1);
        books.moved("w_1", "grant", 5, 2);
        books.charged("w_1", "x1", "m", "k", 12, 3, 3);
        books.moved("w_1", "refund", 2, 4);
        books.kept();
        assertThat(accounts.problems()).isEmpty();
        books.alter(sql);
        assertThat(accounts.problems())
                .as(story)
                .anySatisfy(found -> assertThat(found).contains(problem).contains("(expected: "));
    }

    private Map<Account, Long> trial(long from, long until) throws SQLException {
        books.kept();
        Accounts.Trial trial = accounts.trial(from, until);
        assertThat(trial.problems()).isEmpty();
        return trial.byCurrency().getOrDefault("USD", Map.of());
    }
}
