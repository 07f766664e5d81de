package tollgate.books;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.pricing.Usd;
import tollgate.records.Caps;
import tollgate.records.Exchanges;
import tollgate.records.Ledger;
import tollgate.records.Moves;
import tollgate.records.Organisations;
import tollgate.records.Records;
import tollgate.records.Shards;
import tollgate.records.Wallets;
import tollgate.wallet.CapCounter;
import tollgate.wallet.ControlPort;
import tollgate.wallet.IdempotencyMark;
import tollgate.wallet.Move;
import tollgate.wallet.MoveResult;
import tollgate.wallet.OrganisationCounter;
import tollgate.wallet.SetResult;
import tollgate.wallet.ShardWatch;
import tollgate.wallet.WalletAddress;

/**
 * Carries organisations from one shard to another (H18). What has been done is in SQL and in the ledger, and each thing may be
 * done again: whoever has the lease of the shard that is left goes on where another died. Confined to one thread; blocks.
 *
 * <p>Everything leaves by an entry of the ledger that says what it was, and comes in by one that says the same, made of that:
 * in between it is nowhere but in the books.
 */
class Relocation {
    private static final Logger LOG = LoggerFactory.getLogger(Relocation.class);
    private static final int MOST_WALLETS = 100_000;
    private static final long RETOLD_MS = 3_600_000;

    private final Records records;
    private final ControlPort control;
    private final ShardWatch watch;
    private final Treasury treasury;
    private final Clock clock;
    private final Consumer<RelocationStep> taken;
    /** By shard and move: SQL has to have come as far as this, in this epoch, before the move goes on. */
    private final Map<String, Awaited> awaited = new HashMap<>();

    private final Map<String, String> waiting = new HashMap<>();

    private record Awaited(long epoch, long n) {}

    Relocation(Records records, ControlPort control, ShardWatch watch, Treasury treasury, Clock clock) {
        this(records, control, watch, treasury, clock, step -> LOG.debug("{}", step));
    }

    /** {@code taken} is told of each step behind it. */
    Relocation(
            Records records,
            ControlPort control,
            ShardWatch watch,
            Treasury treasury,
            Clock clock,
            Consumer<RelocationStep> taken) {
        this.records = records;
        this.control = control;
        this.watch = watch;
        this.treasury = treasury;
        this.clock = clock;
        this.taken = taken;
    }

    /** Whether a wallet may be in neither shard, or is elsewhere by now: its organisation is on its way, or was just then. */
    static boolean carries(Records records, Wallets.Wallet wallet) {
        boolean underWay = records.moves()
                .last(wallet.organisation())
                .filter(move -> move.step() == Moves.Step.LEAVING || move.step() == Moves.Step.ARRIVING)
                .isPresent();
        return underWay
                || records.wallets()
                        .find(wallet.id())
                        .filter(now -> now.shard() != wallet.shard())
                        .isPresent();
    }

    /** Takes the moves out of shards that are ours as far as they go by now. */
    void round(IntPredicate ours) {
        for (Moves.Move move : records.moves().underWay()) {
            if (ours.test(move.from())) {
                String why = went(move);
                if (why == null) {
                    waiting.remove(move.reference());
                } else if (!why.equals(waiting.put(move.reference(), why))) {
                    LOG.info("organization {} on its way to shard {} waits: {}", move.organisation(), move.to(), why);
                }
            }
        }
    }

    /** Null where it has arrived or was given up; otherwise why it went no further. */
    private @Nullable String went(Moves.Move move) {
        String why = null;
        switch (move.step()) {
            case MOVING -> why = stopped(move);
            case LEAVING -> why = left(move);
            case ARRIVING -> why = arrived(move);
            case DONE, GIVEN_UP -> {
                return null;
            }
        }
        if (why != null) {
            return why;
        }
        Optional<Moves.Move> next = records.moves()
                .last(move.organisation())
                .filter(now -> now.number() == move.number() && now.step() != move.step());
        return next.isPresent() ? went(next.get()) : null;
    }

    private @Nullable String stopped(Moves.Move move) {
        if (!policyTold(move.organisation())) {
            return "shard " + move.from() + " cannot be told";
        }
        taken.accept(RelocationStep.STOPPED);
        String why = notAtRest(move);
        if (why == null) {
            if (records.moves().leave(move)) {
                taken.accept(RelocationStep.LEFT_TO_GO);
            }
            return null;
        }
        if (clock.millis() > move.untilMs() && records.moves().giveUp(move, clock.millis())) {
            LOG.warn("organization {} stays in shard {}: {}", move.organisation(), move.from(), why);
            policyTold(move.organisation());
            changed(move).forEach(treasury::setCap);
            return null;
        }
        return why;
    }

    /** Nothing is admitted under what was known of its keys before. */
    private boolean policyTold(String organisation) {
        Organisations.Organisation of =
                records.organisations().find(organisation).orElseThrow();
        SetResult told = control.setPolicy(new WalletAddress(of.shard(), of.id(), ""), of.policy());
        return told instanceof SetResult.Done || told instanceof SetResult.Stale;
    }

    /** Null where the books have all there is of its wallets, and nothing is open. */
    private @Nullable String notAtRest(Moves.Move move) {
        for (Wallets.Wallet wallet : wallets(move)) {
            Optional<Ledger.Entry> last = records.ledger().lastOf(wallet.id());
            long open = control.openHolds(at(wallet, move.from()));
            if (open > 0) {
                return wallet.id() + " has " + open + " open exchanges";
            }
            if (last.isEmpty()
                    || control.wallet(at(wallet, move.from()))
                            .filter(state -> state.seq() == last.get().seq())
                            .isEmpty()) {
                return wallet.id() + " has entries that are not in SQL yet";
            }
            // a record of it may still be in that shard's memory: it is to be settled before it could go back there
            Optional<Ledger.Entry> elsewhere = records
                    .ledger()
                    .expiredOf(wallet.id(), last.get().seq())
                    .stream()
                    .filter(expired -> expired.shard() != move.from())
                    .findFirst();
            if (elsewhere.isPresent()) {
                return "exchange " + elsewhere.get().exchange() + " expired before the last move and is not final";
            }
        }
        return null;
    }

    private List<Wallets.Wallet> wallets(Moves.Move move) {
        return records.wallets().of(move.organisation(), MOST_WALLETS);
    }

    private static WalletAddress at(Wallets.Wallet wallet, int shard) {
        return new WalletAddress(shard, wallet.organisation(), wallet.id());
    }

    private static String entry(Moves.Move move, String name, String half) {
        return "mv:" + move.number() + ":" + name + ":" + half;
    }

    private @Nullable String left(Moves.Move move) {
        if (!isAwaited(move, move.from())) {
            // before and after it is looked for counters, the shard is whole
            if (!policyTold(move.organisation())) {
                return "shard " + move.from() + " cannot be told";
            }
            for (Wallets.Wallet wallet : wallets(move)) {
                String why = walletLeft(move, wallet);
                if (why != null) {
                    return why;
                }
            }
            WalletAddress at = new WalletAddress(move.from(), move.organisation(), "");
            for (CapCounter counter : control.caps().all(move.from())) {
                if (isOf(counter.name(), move.organisation())) {
                    String why =
                            told(new Move.CounterOut(at, move.number(), counter.name()), RelocationStep.COUNTER_OUT);
                    if (why != null) {
                        return why;
                    }
                }
            }
            if (!policyTold(move.organisation())) {
                return "shard " + move.from() + " cannot be told";
            }
            await(move, move.from());
        }
        String why = notInSql(move, move.from());
        if (why != null) {
            return why;
        }
        if (records.moves().arrive(move)) {
            taken.accept(RelocationStep.SWITCHED);
            return null;
        }
        return "not all of it is in SQL yet";
    }

    private @Nullable String walletLeft(Moves.Move move, Wallets.Wallet wallet) {
        if (records.ledger().find(entry(move, wallet.id(), "out")).isPresent()) {
            return null;
        }
        Ledger.Entry last = records.ledger().lastOf(wallet.id()).orElseThrow();
        List<String> expired = records.ledger().expiredOf(wallet.id(), last.seq()).stream()
                .map(Ledger.Entry::exchange)
                .toList();
        return told(
                new Move.WalletOut(
                        at(wallet, move.from()), move.number(), last.seq(), new Usd(last.balance()), expired),
                RelocationStep.WALLET_OUT);
    }

    /** Whether a counter is of a cap of an organisation, or its own. */
    private boolean isOf(String counter, String organisation) {
        String cap = counter.substring(0, counter.indexOf(':'));
        return OrganisationCounter.is(cap)
                ? counter.equals(cap + ":" + organisation)
                : records.caps()
                        .find(cap)
                        .filter(one -> one.organisation().equals(organisation))
                        .isPresent();
    }

    private @Nullable String told(Move half, RelocationStep step) {
        return switch (control.move(half)) {
            case MoveResult.Done _ -> {
                taken.accept(step);
                yield null;
            }
            case MoveResult.Held(long open) -> half.at() + ": " + open + " are held";
            case MoveResult.Rejected(String code, String detail) -> half.at() + ": " + code + " " + detail;
            case MoveResult.Unavailable(String why) -> half.at() + ": " + why;
        };
    }

    private boolean isAwaited(Moves.Move move, int shard) {
        return awaited.containsKey(shard + " " + move.reference());
    }

    /** All that is to be in SQL is in Redis: the last answer says up to where. */
    private void await(Moves.Move move, int shard) {
        awaited.put(shard + " " + move.reference(), new Awaited(watch.epoch(shard), watch.n(shard)));
    }

    /** Null where SQL has that. In another epoch Redis may have lost some of it: all is told again. */
    private @Nullable String notInSql(Moves.Move move, int shard) {
        String name = shard + " " + move.reference();
        Awaited then = awaited.getOrDefault(name, new Awaited(0, Long.MAX_VALUE));
        Shards.Shard known = records.shards().get(shard);
        if (known.intended() != then.epoch) {
            awaited.remove(name);
            return "shard " + shard + " was opened anew";
        }
        if (known.n() < then.n) {
            return "entries up to " + then.n + " of shard " + shard + " are not in SQL yet";
        }
        awaited.remove(name);
        return null;
    }

    private @Nullable String arrived(Moves.Move move) {
        if (!policyTold(move.organisation())) {
            return "shard " + move.to() + " cannot be told";
        }
        taken.accept(RelocationStep.STOPPED_THERE);
        if (!isAwaited(move, move.to())) {
            String why = cameIn(move);
            if (why != null) {
                return why;
            }
            await(move, move.to());
        }
        String why = notInSql(move, move.to());
        if (why != null) {
            return why;
        }
        for (Wallets.Wallet wallet : wallets(move)) {
            if (records.ledger().find(entry(move, wallet.id(), "in")).isEmpty()) {
                return wallet.id() + " is not in yet";
            }
        }
        if (!retold(move)) {
            return "shard " + move.to() + " cannot be told";
        }
        taken.accept(RelocationStep.RETOLD);
        marked(move.organisation());
        taken.accept(RelocationStep.MARKED);
        if (records.moves().done(move, clock.millis())) {
            LOG.info("organization {} is in shard {}", move.organisation(), move.to());
            taken.accept(RelocationStep.DONE);
            policyTold(move.organisation());
        }
        return null;
    }

    private @Nullable String cameIn(Moves.Move move) {
        WalletAddress at = new WalletAddress(move.to(), move.organisation(), "");
        for (Ledger.Entry out : records.ledger().ofMove(move.from(), move.afterN(), "counter_out", move.reference())) {
            String counter = out.wallet().substring(("mv:" + move.number() + ":").length());
            if (records.ledger().find(entry(move, counter, "in")).isEmpty()) {
                String why =
                        told(new Move.CounterIn(at, move.number(), counter, out.caps()), RelocationStep.COUNTER_IN);
                if (why != null) {
                    return why;
                }
            }
        }
        for (Wallets.Wallet wallet : wallets(move)) {
            if (records.ledger().find(entry(move, wallet.id(), "in")).isEmpty()) {
                Ledger.Entry out =
                        records.ledger().find(entry(move, wallet.id(), "out")).orElseThrow();
                Move half = new Move.WalletIn(
                        at(wallet, move.to()),
                        move.number(),
                        out.seq(),
                        new Usd(-out.amount()),
                        wallet.currency(),
                        wallet.state(),
                        wallet.version(),
                        out.caps());
                String why = told(half, RelocationStep.WALLET_IN);
                if (why != null) {
                    return why;
                }
            }
        }
        return null;
    }

    private List<Caps.Cap> changed(Moves.Move move) {
        return records.caps().told(Math.min(move.startedMs(), clock.millis()) - RETOLD_MS).stream()
                .filter(cap -> cap.organisation().equals(move.organisation()))
                .toList();
    }

    /** What was said of its caps and wallets meanwhile went to where they no longer were, or not yet. */
    private boolean retold(Moves.Move move) {
        for (Caps.Cap cap : changed(move)) {
            if (!treasury.setArrivedCap(cap)) {
                return false;
            }
        }
        for (Wallets.Wallet wallet : wallets(move)) {
            if (wallet.version() > 0
                    && control.setState(Treasury.address(wallet), wallet.version(), wallet.state())
                            instanceof SetResult.Unavailable) {
                return false;
            }
        }
        return true;
    }

    /** A Redis that lost its memory knows the names of requests again that the ledger of another shard had told it. */
    void marked() {
        records.moves()
                .doneSince(clock.millis() - IdempotencyMark.LIFE.toMillis())
                .forEach(move -> marked(move.organisation()));
    }

    private void marked(String organisation) {
        long now = clock.millis();
        for (Wallets.Wallet wallet : records.wallets().of(organisation, MOST_WALLETS)) {
            for (Exchanges.Named named :
                    records.exchanges().named(wallet.id(), now - IdempotencyMark.LIFE.toMillis())) {
                Exchanges.Marked marked = named.marked();
                if (!named.charged() && CapMoves.bundle(records.ledger().allOfExchange(marked.id())) == 0) {
                    // came to nothing: another exchange may have the name by now
                    continue;
                }
                control.setMark(
                        Treasury.address(wallet),
                        IdempotencyMark.of(marked.key(), marked.mark()),
                        marked.id(),
                        IdempotencyMark.LIFE.minusMillis(Math.max(0, now - named.atMs())));
            }
        }
    }
}
