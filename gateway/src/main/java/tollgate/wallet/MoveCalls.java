package tollgate.wallet;

import java.util.ArrayList;
import java.util.List;

/** Turns halves of moves into script calls, in the order that {@code move.lua} states, and reads what it answers. Stateless. */
final class MoveCalls {
    private MoveCalls() {}

    static Call of(Move move, long n) {
        return switch (move) {
            case Move.WalletOut out -> {
                Call call = call(
                        move, n, "wallet_out", Keys.wallet(move.at()), move.at().wallet(), out.seq(), amount(out));
                List<String> keys = new ArrayList<>(List.of(call.keys()));
                out.expired()
                        .forEach(exchange -> keys.add(Keys.exchange(move.at().shard(), exchange)));
                yield new Call(call.script(), call.shard(), keys.toArray(String[]::new), call.args());
            }
            case Move.WalletIn in ->
                call(
                        move,
                        n,
                        "wallet_in",
                        Keys.wallet(move.at()),
                        move.at().wallet(),
                        in.seq(),
                        Long.toString(in.balance().nano()),
                        in.currency(),
                        in.state(),
                        in.version(),
                        in.moved());
            case Move.CounterOut out ->
                call(move, n, "counter_out", Keys.cap(move.at().shard(), out.counter()), out.counter());
            case Move.CounterIn in ->
                call(move, n, "counter_in", Keys.cap(move.at().shard(), in.counter()), in.counter(), in.moved());
        };
    }

    private static String amount(Move.WalletOut out) {
        return Long.toString(out.balance().nano());
    }

    private static Call call(Move move, long n, String what, String key, String name, Object... more) {
        WalletAddress at = move.at();
        List<String> keys = new ArrayList<>(List.of(Keys.shard(at.shard()), key, Keys.ledger(at.shard())));
        if (move instanceof Move.WalletOut || move instanceof Move.WalletIn) {
            keys.add(Keys.grants(at));
        }
        List<String> args = new ArrayList<>(List.of(
                Script.VERSION,
                Long.toString(n),
                Long.toString(System.currentTimeMillis()),
                what,
                Long.toString(move.number()),
                at.organisation(),
                name));
        for (Object each : more) {
            args.add(each.toString());
        }
        return new Call(Script.MOVE, at.shard(), keys.toArray(String[]::new), args.toArray(String[]::new));
    }

    static MoveResult result(Reply reply) {
        return switch (reply.word()) {
            case "OK" -> new MoveResult.Done(reply.number(1));
            case "HELD" -> new MoveResult.Held(reply.number(1));
            case "CORRUPT", "RANGE", "UNKNOWN", "STALE", "VERSION" ->
                new MoveResult.Rejected(reply.word(), reply.text(1));
            default -> new MoveResult.Unavailable(reply.word());
        };
    }
}
