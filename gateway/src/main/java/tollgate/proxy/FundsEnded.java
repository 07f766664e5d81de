package tollgate.proxy;

import java.util.LinkedHashMap;
import java.util.Map;
import tollgate.dialect.Refusal;
import tollgate.identity.Cap;
import tollgate.pricing.Usd;
import tollgate.wallet.ExtendResult;

/** What a client is told whose answer is ended since there is no more for it. Stateless. */
final class FundsEnded {
    private static final String CHARGED = "; what came before is charged";

    private FundsEnded() {}

    /** Wallet, cap or state had no more. */
    static Refusal refusal(ExtendResult result, ExchangeCaps caps) {
        return switch (result) {
            case ExtendResult.InsufficientFunds(Usd balance, Usd held) -> funds(balance, held);
            case ExtendResult.CapReached reached -> cap(caps.named(reached.index()), reached);
            case ExtendResult.StaleCap _ ->
                new Refusal(503, "unavailable", null, "the key's caps are changing" + CHARGED);
            case ExtendResult.WalletNotActive(String state) ->
                new Refusal(403, "wallet_" + state, null, "the wallet is " + state + CHARGED);
            default -> throw new IllegalArgumentException("not a refusal: " + result);
        };
    }

    /** Nobody could say whether there is more. */
    static Refusal unavailable() {
        return new Refusal(503, "wallet_unavailable", null, "the wallet cannot be asked for more right now" + CHARGED);
    }

    private static Refusal funds(Usd balance, Usd held) {
        Usd available = balance.minus(held);
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("available", available.toString());
        details.put("held", held.toString());
        return new Refusal(
                402,
                "insufficient_funds",
                null,
                "the wallet has " + available
                        + " USD available, which is not enough for this answer to go on: top up the" + " wallet"
                        + CHARGED,
                details);
    }

    private static Refusal cap(Cap cap, ExtendResult.CapReached reached) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("cap", cap.id());
        details.put("scope", cap.shownScope());
        details.put("unit", cap.unit().wireName());
        details.put("limit", CapRefusals.shown(cap, reached.limit()));
        details.put("spent", CapRefusals.shown(cap, reached.spent()));
        details.put("held", CapRefusals.shown(cap, reached.held()));
        return new Refusal(
                429,
                "cap_reached",
                null,
                "the cap " + cap.id() + " of " + cap.shownScope() + " allows "
                        + CapRefusals.amount(cap, reached.limit()) + ", which is not enough for this answer to go on"
                        + CHARGED,
                details);
    }
}
