package tollgate.proxy;

import java.util.concurrent.CompletionStage;
import tollgate.account.Outcome;
import tollgate.wallet.WalletAddress;

/** Says what has become of exchanges. Thread-safe. */
@FunctionalInterface
public interface Outcomes {
    /**
     * Asks about one, without blocking.
     *
     * @return fails where it cannot be told right now
     */
    CompletionStage<Outcome> of(WalletAddress at, String exchange);
}
