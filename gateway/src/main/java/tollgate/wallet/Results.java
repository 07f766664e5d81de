package tollgate.wallet;

import java.util.List;

/** Reads replies. Stateless. A word that nobody knows is an unknown state, never a yes. */
final class Results {
    private Results() {}

    static PlaceResult place(Reply reply) {
        return switch (reply.word()) {
            case "OK" -> placed(reply);
            case "DONE" -> new PlaceResult.AlreadyFinal();
            case "FUNDS" -> new PlaceResult.InsufficientFunds(reply.amount(1), reply.amount(2));
            case "CAP" ->
                new PlaceResult.CapReached(
                        (int) reply.number(1) - 1,
                        reply.number(2),
                        reply.number(3),
                        reply.number(4),
                        reply.number(5),
                        reply.number(6));
            case "REPEATED" -> new PlaceResult.Repeated(reply.text(1));
            case "MISMATCH" -> new PlaceResult.OtherRequest(reply.text(1));
            case "STALE_CAP" -> new PlaceResult.StaleCap((int) reply.number(1) - 1);
            case "STALE_WINDOW" -> new PlaceResult.StaleWindow((int) reply.number(1) - 1, reply.number(2));
            case "STATE" -> new PlaceResult.WalletNotActive(reply.text(1));
            case "UNKNOWN" -> new PlaceResult.UnknownWallet();
            case "FULL" -> new PlaceResult.TooManyOpen(reply.number(1));
            case "STALE_POLICY" -> new PlaceResult.StalePolicy(reply.number(1));
            case "GRANT_DUE" -> new PlaceResult.GrantDue(reply.number(1));
            case "CONFLICT", "CORRUPT", "RANGE", "CUR", "CLOCK", "VERSION" ->
                new PlaceResult.Rejected(reply.word(), reply.text(1));
            case "FENCED", "BEHIND", "REINSTATING" -> new PlaceResult.Unavailable(reply.word(), false);
            default -> new PlaceResult.Unavailable("reply " + reply.word(), true);
        };
    }

    /** Two facts more than of a hold that no cap is above; then what is used; then what was not refused. */
    private static PlaceResult placed(Reply reply) {
        int parts = reply.parts().size();
        return new PlaceResult.Placed(
                reply.amount(1),
                reply.amount(2),
                reply.number(3),
                parts > 7 ? reply.number(4) : 0,
                parts > 7 ? new HeldCaps(reply.text(5)) : HeldCaps.NONE,
                parts > 9 ? CapUse.of(reply.text(6)) : List.of(),
                parts > 10 && !reply.text(7).isEmpty()
                        ? place(new Reply(List.of(reply.text(7).split(",", -1))))
                        : null,
                reply.number(parts - 1));
    }

    static RenewResult renew(Reply reply) {
        return switch (reply.word()) {
            case "OK" -> new RenewResult.Renewed(reply.number(2));
            case "NO_HOLD" -> new RenewResult.NoHold();
            case "DONE", "EXPIRED", "MAX_LIFE" -> new RenewResult.Over(reply.word());
            case "CONFLICT", "CORRUPT", "RANGE", "VERSION" -> new RenewResult.Rejected(reply.word(), reply.text(1));
            default -> new RenewResult.Unavailable(reply.word(), true);
        };
    }

    static ExtendResult extend(Reply reply) {
        return switch (reply.word()) {
            case "OK" ->
                new ExtendResult.Extended(
                        reply.amount(1),
                        reply.number(2),
                        extendedUnderCaps(reply) ? reply.number(3) : 0,
                        extendedUnderCaps(reply) ? new HeldCaps(reply.text(4)) : HeldCaps.NONE);
            case "NO_HOLD" -> new ExtendResult.NoHold();
            case "DONE", "EXPIRED", "MAX_LIFE" -> new ExtendResult.Over(reply.word());
            case "FUNDS" -> new ExtendResult.InsufficientFunds(reply.amount(1), reply.amount(2));
            case "CAP" ->
                new ExtendResult.CapReached(
                        (int) reply.number(1) - 1, reply.number(2), reply.number(3), reply.number(4));
            case "STALE_CAP" -> new ExtendResult.StaleCap((int) reply.number(1) - 1);
            case "STATE" -> new ExtendResult.WalletNotActive(reply.text(1));
            case "GRANT_DUE" -> new ExtendResult.GrantDue(reply.number(1));
            case "CONFLICT", "CORRUPT", "RANGE", "UNKNOWN", "CAPS", "VERSION" ->
                new ExtendResult.Rejected(reply.word(), reply.text(1));
            case "FENCED", "BEHIND", "REINSTATING" -> new ExtendResult.Unavailable(reply.word(), false);
            default -> new ExtendResult.Unavailable(reply.word(), true);
        };
    }

    /** Two facts more than of a hold that no cap is above. */
    private static boolean extendedUnderCaps(Reply reply) {
        return reply.parts().size() > 6;
    }

    static SettleResult settle(Reply reply) {
        return switch (reply.word()) {
            case "OK", "DONE" ->
                new SettleResult.Settled(
                        reply.amount(1),
                        reply.amount(2),
                        reply.amount(3),
                        reply.number(4),
                        reply.amount(5),
                        reply.number(6),
                        reply.number(7));
            case "NO_HOLD" -> new SettleResult.NoHold();
            case "NOT_DUE" -> new SettleResult.NotDue();
            case "CAPS" -> new SettleResult.OtherCaps(new HeldCaps(reply.text(1)));
            case "CONFLICT", "CORRUPT", "RANGE", "UNKNOWN", "VERSION" ->
                new SettleResult.Rejected(reply.word(), reply.text(1));
            default -> new SettleResult.Unavailable(reply.word(), !reply.fenced());
        };
    }

    static PostResult post(Reply reply) {
        return switch (reply.word()) {
            case "OK", "DONE" ->
                new PostResult.Posted(reply.amount(1), reply.number(2), reply.number(3), reply.number(4));
            case "FUNDS" -> new PostResult.InsufficientFunds(reply.amount(1), reply.amount(2));
            case "CONFLICT", "CORRUPT", "RANGE", "UNKNOWN", "CUR", "STATE", "VERSION", "GRANTS_FULL" ->
                new PostResult.Rejected(reply.word(), reply.text(1));
            default -> new PostResult.Unavailable(reply.word(), !reply.fenced());
        };
    }

    static SetResult set(Reply reply) {
        return switch (reply.word()) {
            case "OK" -> new SetResult.Done();
            case "STALE" -> new SetResult.Stale(reply.number(1));
            case "CORRUPT", "RANGE", "UNKNOWN", "VERSION" -> new SetResult.Rejected(reply.word(), reply.text(1));
            default -> new SetResult.Unavailable(reply.word());
        };
    }

    static ReapplyResult reapply(Reply reply) {
        return switch (reply.word()) {
            case "OK" -> new ReapplyResult.Booked(reply.text(1).equals("1"));
            case "CAPS" -> new ReapplyResult.OtherCaps(new HeldCaps(reply.text(1)));
            default -> new ReapplyResult.Rejected(reply.word(), reply.text(1));
        };
    }

    static FenceResult fence(Reply reply) {
        return switch (reply.word()) {
            case "OK" -> new FenceResult.Opened(reply.number(1), reply.number(2));
            case "LOST_RACE" -> new FenceResult.LostRace(reply.text(1), reply.text(2));
            case "FOREIGN" -> new FenceResult.Foreign(reply.text(1));
            default -> new FenceResult.Unavailable(reply.word() + " " + reply.text(1));
        };
    }

    /** Tells the watch what a reply says about its shard. Place, renew, settle, post and set end OK with epoch, n, ms. */
    static void watch(ShardWatch watch, int shard, Reply reply) {
        if (reply.fenced()) {
            watch.close(shard, reply.word());
        } else if (reply.is("OK")) {
            int last = reply.parts().size();
            watch.seen(shard, reply.number(last - 3), reply.number(last - 2));
        }
    }
}
