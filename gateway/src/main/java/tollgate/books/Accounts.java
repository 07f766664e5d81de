package tollgate.books;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tollgate.records.Records;
import tollgate.records.TrialBalance;

/** The trial balance of all wallets, and the identities that have to hold (I8, I10). Thread-safe; blocks. */
public final class Accounts {
    private final Records records;

    /** Of these books. */
    public Accounts(Records records) {
        this.records = records;
    }

    /**
     * What the accounts moved by within a time, in nano-USD.
     *
     * @param byCurrency {@code USD}, and {@code TEST} of the sandbox, each by account
     * @param problems in words
     */
    public record Trial(Map<String, Map<Account, Long>> byCurrency, List<String> problems) {
        /** Copies what could change. */
        public Trial {
            problems = List.copyOf(problems);
        }
    }

    /** Adds up a time, from the first millisecond on and before the second. */
    public Trial trial(long fromMs, long untilMs) {
        Map<String, Map<Account, Long>> all = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        for (TrialBalance.Kind each : records.trialBalance().kinds(fromMs, untilMs)) {
            Optional<Account> against = Account.against(each.kind(), each.ofExchanges());
            if (against.isEmpty()) {
                problems.add("accounts: " + each.count() + " entries of the kind '" + each.kind() + "'"
                        + (each.ofExchanges() ? " of exchanges" : "") + " (expected: a kind with another side)");
                continue;
            }
            Map<Account, Long> accounts = all.computeIfAbsent(currency(each.live()), _ -> new EnumMap<>(Account.class));
            Account.legs(against.get(), each.amount(), each.owed())
                    .forEach((account, leg) -> accounts.merge(account, leg, Math::addExact));
        }
        return new Trial(all, problems);
    }

    /**
     * What was paid in, given and given back, less what was taken and what expired, is what is in the wallets; and what the
     * legs say of wallets and of debts is what the last balances say.
     */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (TrialBalance.Balances each : records.trialBalance().balances()) {
            if (each.paid() + each.debts() != each.moved()) {
                problems.add("accounts: " + currency(each.live()) + ": all entries come to " + each.moved()
                        + " nano-USD" + " (expected: " + (each.paid() + each.debts()) + ", what is in the wallets)");
            }
            if (each.owed() != each.paid()) {
                problems.add("accounts: " + currency(each.live()) + ": the account wallet comes to " + each.owed()
                        + " nano-USD" + " (expected: " + each.paid() + ", what wallets have above zero)");
            }
        }
        boolean moving = !records.moves().underWay().isEmpty();
        Trial all = trial(0, Long.MAX_VALUE);
        problems.addAll(all.problems());
        if (!moving && records.moves().underWay().isEmpty()) {
            all.byCurrency().forEach((currency, accounts) -> {
                long under = accounts.getOrDefault(Account.IN_TRANSIT, 0L);
                if (under != 0) {
                    problems.add("accounts: " + currency + ": the account in_transit comes to " + under
                            + " nano-USD (expected: 0, for nothing moves)");
                }
            });
        }
        return problems;
    }

    private static String currency(boolean live) {
        return live ? "USD" : "TEST";
    }
}
