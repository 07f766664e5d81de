package tollgate.wallet;

import tollgate.pricing.Usd;

/**
 * A wallet as Redis has it.
 *
 * @param balance its money
 * @param held what of it is set aside
 * @param seq number of its last entry
 * @param currency {@code USD} or {@code TEST}
 * @param state {@code active}, {@code frozen} or {@code closed}
 */
public record WalletState(Usd balance, Usd held, long seq, String currency, String state) {
    /** What is there to spend. */
    public Usd available() {
        return balance.minus(held);
    }
}
