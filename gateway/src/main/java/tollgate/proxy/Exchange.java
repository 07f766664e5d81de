package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.dialect.Announcement;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.Dialect;
import tollgate.dialect.Refusal;
import tollgate.dialect.Splice;
import tollgate.http.GoneReason;
import tollgate.http.ServerExchange;
import tollgate.identity.KeyIdentity;
import tollgate.journal.ExchangeFacts;
import tollgate.journal.JournalEntry;
import tollgate.journal.Reservation;
import tollgate.journal.UsageRecord;
import tollgate.metering.Ending;
import tollgate.metering.HoldAction;
import tollgate.metering.HoldEvent;
import tollgate.metering.HoldPlan;
import tollgate.metering.HoldState;
import tollgate.metering.Meter;
import tollgate.metering.Observed;
import tollgate.metering.Settlement;
import tollgate.pricing.Buyer;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;
import tollgate.wallet.CapDemands;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.Renew;
import tollgate.wallet.RenewResult;
import tollgate.wallet.SettleResult;
import tollgate.wallet.WalletAddress;

/**
 * The money side of one exchange: place a hold, forward, settle, announce. What there is to do is decided by its {@link
 * HoldState}; what the client gets is its {@link Relay}'s business.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 * <h2>Reference counting</h2> Owns the request's body until it is forwarded or refused.
 */
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final long RENEWAL_RETRY_MS = 2_000;
    private static final long RENEWAL_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ProxyContext context;
    private final ProxyLoop loop;
    private final ServerExchange server;
    private final Dialect dialect;
    private final String id;
    private KeyIdentity key;
    private WalletAddress at;
    private final Upstream upstream;
    private HoldPlan plan;
    private final HoldState state = new HoldState();
    private final ExchangeCaps caps;
    private final Timings timings;
    private final Instant started;
    private final int bodyBytes;
    private @Nullable ByteBuf body;
    private @Nullable Reservation reservation;
    private @Nullable Meter meter;
    private @Nullable ExchangeFacts facts;
    private @Nullable Relay relay;
    private @Nullable Refusal refusal;
    private @Nullable Settlement settlement;
    private @Nullable Future<?> settleTimer;
    private Usd held = Usd.ZERO;
    private long placedNanos;
    private long renewalFailingSince;
    private boolean clientGone;
    private boolean memoryGiven;
    private boolean refreshed;
    private boolean windowsRefreshed;
    private @Nullable Runnable reinstated;
    private boolean begun;
    private int reports;
    private boolean journalled;
    private boolean ended;

    Exchange(
            ProxyContext context,
            ProxyLoop loop,
            ServerExchange server,
            Dialect dialect,
            String id,
            KeyIdentity key,
            Upstream upstream,
            HoldPlan plan,
            ByteBuf body,
            Instant started,
            long startedNanos) {
        this.context = context;
        this.loop = loop;
        this.server = server;
        this.dialect = dialect;
        this.id = id;
        this.key = key;
        this.at = address(key);
        this.upstream = upstream;
        this.plan = plan;
        this.caps = new ExchangeCaps(key, plan);
        this.body = body;
        this.bodyBytes = body.readableBytes();
        this.started = started;
        this.timings = new Timings(startedNanos);
        timings.mark("read");
    }

    private static WalletAddress address(KeyIdentity key) {
        return new WalletAddress(key.shard(), key.organisation(), key.wallet());
    }

    /** Who pays, as far as prices depend on it. */
    static Buyer buyer(KeyIdentity key) {
        return new Buyer(key.organisation(), key.plan());
    }

    ProxyContext context() {
        return context;
    }

    ServerExchange server() {
        return server;
    }

    Dialect dialect() {
        return dialect;
    }

    HoldPlan plan() {
        return plan;
    }

    String id() {
        return id;
    }

    Upstream upstream() {
        return upstream;
    }

    Timings timings() {
        return timings;
    }

    boolean clientIsGone() {
        return clientGone;
    }

    long placedNanos() {
        return placedNanos;
    }

    /** Asks for the hold. */
    void hold() {
        Refusal tooManyCaps = caps.tooMany();
        reservation = tooManyCaps != null ? null : loop.journal().reserve();
        if (tooManyCaps != null) {
            refuse(tooManyCaps);
        } else if (reservation == null) {
            refuse(Refusals.journalFull());
        } else {
            place(context.clock().millis());
        }
    }

    /** Asks for the hold, in the windows of such a time. */
    private void place(long nowMs) {
        loop.admission().place(placing(false, caps.asked(nowMs)), this::placed);
    }

    private Place placing(boolean again, CapDemands demands) {
        return new Place(
                at,
                id,
                state.generation(),
                again ? held : plan.min(),
                again ? held : plan.want(),
                context.holds().life(),
                context.holds().maxExchange(),
                Usd.ZERO,
                key.policy(),
                plan.rates().priceVersion(),
                again,
                demands);
    }

    private void placed(PlaceResult result) {
        timings.mark("held");
        switch (result) {
            case PlaceResult.Placed placed -> {
                held = placed.granted();
                caps.placed(placed);
                forwardOrRelease(state.on(HoldEvent.PLACED));
            }
            case PlaceResult.Unavailable unavailable -> {
                refusal = Refusals.held(result, plan);
                act(state.on(unavailable.mayHaveHappened() ? HoldEvent.PLACE_UNKNOWN : HoldEvent.REFUSED));
            }
            case PlaceResult.AlreadyFinal _,
                    PlaceResult.InsufficientFunds _,
                    PlaceResult.WalletNotActive _,
                    PlaceResult.UnknownWallet _,
                    PlaceResult.Rejected _ -> {
                refused(Refusals.held(result, plan));
            }
            case PlaceResult.CapReached reached -> refused(caps.reached(reached));
            case PlaceResult.StaleWindow(int _, long nowMs) -> {
                if (windowsRefreshed) {
                    refused(Refusals.held(result, plan));
                } else {
                    windowsRefreshed = true;
                    place(nowMs);
                }
            }
            case PlaceResult.StalePolicy _, PlaceResult.StaleCap _ -> {
                if (refreshed) {
                    refused(Refusals.held(result, plan));
                } else {
                    refreshKey();
                }
            }
        }
        tellReinstated();
    }

    /** A defect of ours between the hold and the first byte must leave neither a hold nor a client behind. */
    private void forwardOrRelease(HoldAction action) {
        try {
            act(action);
        } catch (RuntimeException defect) {
            LOG.error("exchange {} cannot be forwarded", id, defect);
            refusal = Refusals.defect();
            if (relay == null) {
                act(state.on(HoldEvent.NOT_FORWARDED));
            } else {
                relay.stop(Ending.Reason.DEFECT);
            }
        }
    }

    /** Something about the keys of this organisation has changed: asks once what this one stands for now. */
    private void refreshKey() {
        refreshed = true;
        context.keys()
                .refresh(key.keyId())
                .whenComplete((found, failure) -> server.loop().execute(() -> {
                    if (!ended && failure != null) {
                        refused(Refusals.keySourceAway());
                    } else if (!ended) {
                        refreshed(found);
                    }
                }));
    }

    private void refreshed(Optional<KeyIdentity> found) {
        if (found.isEmpty()) {
            refused(Refusals.key());
        } else if (!found.get().allows(plan.request().model())) {
            refused(Refusals.model(plan.request().model()));
        } else if (!found.get().maySpend()) {
            refused(CapRefusals.standing(found.get().bounds().standing()));
        } else if (!plan.book().sells(found.get().plan())) {
            refused(Refusals.plan(found.get()));
        } else {
            key = found.get();
            at = address(key);
            plan = plan.soldTo(buyer(key), context.holds());
            caps.resolved(key, plan);
            Refusal tooMany = caps.tooMany();
            if (tooMany != null) {
                refused(tooMany);
            } else {
                place(context.clock().millis());
            }
        }
    }

    private void refused(Refusal why) {
        refusal = why;
        act(state.on(HoldEvent.REFUSED));
    }

    private void act(HoldAction action) {
        switch (action) {
            case NOTHING -> {}
            case FORWARD -> forward();
            case REFUSE -> refuse(Objects.requireNonNull(refusal));
            case RELEASE -> release();
            case PLACE_AGAIN -> loop.admission().place(placing(true, caps.held().again()), this::placed);
            case STOP -> stop(Ending.Reason.HOLD_LOST);
            case SETTLE -> settle();
            case ANNOUNCE, ANNOUNCE_WITHOUT_BALANCE ->
                throw new IllegalStateException("announced where replies arrive");
        }
    }

    private void refuse(Refusal why) {
        dropBody();
        closeReservation();
        if (!clientGone) {
            new Refuser(context, loop.accessLog()).refuse(server, dialect, id, key.keyId(), why);
        }
    }

    /** The money may have been set aside: it is given back as a settlement at nothing. */
    private void release() {
        ended = true;
        loop.keeper().remove(this);
        dropBody();
        settlement = context.whoPays().settle(plan, held, releasing(), Observed.NOTHING);
        journal(settlement, List.of(), clientGone || refusal == null ? 0 : refusal.status(), null);
        if (!clientGone && refusal != null) {
            new Refuser(context, loop.accessLog()).refuse(server, dialect, id, key.keyId(), refusal);
        }
    }

    /** Why it never went to an upstream. */
    private Ending releasing() {
        if (clientGone) {
            return new Ending.ClientGone(false);
        }
        boolean defect = refusal != null && refusal.status() == 500;
        return new Ending.NotForwarded(defect ? Ending.Reason.DEFECT : Ending.Reason.HOLD_LOST);
    }

    private void forward() {
        placedNanos = System.nanoTime();
        renewalFailingSince = 0;
        Long ceiling = plan.ceilingFor(held, caps.tokens());
        boolean reportUsage = plan.request().stream() && !plan.request().usageAsked();
        List<Splice> splices = plan.request().splicePoints().splices(reportUsage, ceiling);
        facts = Records.facts(this, key, at, id, started, held, caps.held(), ceiling, splices);
        Objects.requireNonNull(reservation).open(facts);
        meter = new Meter(plan, held);
        loop.keeper().add(this);
        ByteBuf sent = Objects.requireNonNull(body);
        body = null;
        if (!splices.isEmpty()) {
            ByteBuf changed = Splice.apply(sent, splices, server.alloc());
            sent.release();
            sent = changed;
        }
        Announcement.Begun begun = new Announcement.Begun(id, plan.request().service(), ceiling);
        Relay relaying = new Relay(this, begun, reportUsage);
        relay = relaying;
        relaying.send(loop.pool(upstream), sent);
    }

    /** The request's body needs no memory any more. Again: nothing happens. */
    void requestSent() {
        if (!memoryGiven) {
            memoryGiven = true;
            context.memory().give(bodyBytes);
        }
    }

    private void dropBody() {
        ByteBuf dropped = body;
        if (dropped != null) {
            body = null;
            dropped.release();
        }
        requestSent();
    }

    /** Bytes of the answer were handed to the client's connection. */
    void relayed(AnswerFacts answer) {
        Reservation open = Objects.requireNonNull(reservation);
        Meter counting = Objects.requireNonNull(meter);
        open.accrued(counting.accrued(answer).nano());
        open.counted(counting.inputTokens(), counting.outputTokens());
        Usage usage = answer.usage();
        if (usage != null && answer.usageReports() != reports && !answer.inputUntold() && !answer.outputUntold()) {
            reports = answer.usageReports();
            open.reported(Records.units(usage));
        }
    }

    /** Some of the answer may be with the client: once it is settled, a dead process would owe nothing for it. */
    void left() {
        Reservation open = Objects.requireNonNull(reservation);
        if (!journalled) {
            open.timed(timings.asMap());
        }
        open.left();
        begun = true;
        closeIfSettled();
    }

    /** The client left while the answer waited for it: what is settled stands. */
    void neverLeft() {
        closeIfSettled();
    }

    private void closeIfSettled() {
        if (journalled) {
            closeReservation();
        }
    }

    /** The command that keeps the hold alive. */
    Renew renewal() {
        Relay running = Objects.requireNonNull(relay);
        AnswerFacts answer = running.relayedFacts();
        Meter metered = Objects.requireNonNull(meter);
        return new Renew(
                at,
                id,
                state.generation(),
                answer == null ? Usd.ZERO : metered.accrued(answer),
                context.holds().life(),
                answer == null ? 0 : metered.tokens(answer));
    }

    /** What became of it. */
    void renewed(RenewResult result) {
        switch (result) {
            case RenewResult.Renewed _ -> {
                renewalFailingSince = 0;
                act(state.on(HoldEvent.RENEWED));
            }
            case RenewResult.NoHold _ -> act(state.on(HoldEvent.HOLD_MISSING));
            case RenewResult.Over _, RenewResult.Rejected _ -> act(state.on(HoldEvent.HOLD_OVER));
            case RenewResult.Unavailable _ -> renewalFailed();
        }
        if (ended || !(result instanceof RenewResult.NoHold)) {
            tellReinstated();
        }
    }

    /** Redis may have lost this hold: makes sure of it, then tells, whatever came of it. */
    void reinstate(Runnable then) {
        if (ended) {
            then.run();
        } else {
            reinstated = then;
            loop.admission().renew(renewal(), this::renewed);
        }
    }

    private void tellReinstated() {
        Runnable then = reinstated;
        if (then != null) {
            reinstated = null;
            then.run();
        }
    }

    private void renewalFailed() {
        act(state.on(HoldEvent.RENEWAL_UNKNOWN));
        long now = System.nanoTime();
        if (renewalFailingSince == 0) {
            renewalFailingSince = now;
        }
        if (ended) {
            return;
        }
        if (now - renewalFailingSince > RENEWAL_PATIENCE_NANOS) {
            stop(Ending.Reason.HOLD_LOST);
        } else {
            server.loop().schedule(this::renewAgain, RENEWAL_RETRY_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void renewAgain() {
        if (!ended) {
            loop.admission().renew(renewal(), this::renewed);
        }
    }

    /** The gateway ends the exchange. */
    void stop(Ending.Reason why) {
        if (!ended && relay != null) {
            relay.stop(why);
        }
    }

    /** The client left. */
    void clientGone(GoneReason reason) {
        clientGone = true;
        if (ended) {
            closeReservation();
        } else if (relay == null) {
            dropBody();
            act(state.on(HoldEvent.ENDED));
        } else {
            relay.clientGone();
        }
    }

    /** The client takes bytes again. */
    void clientWritable() {
        if (relay != null) {
            relay.clientWritable();
        }
    }

    /** The answer is over, one way or another: time to settle. Called once by the relay. */
    void end(Ending ending, Observed observed) {
        if (ended) {
            throw new IllegalStateException(id + " has ended already");
        }
        ended = true;
        requestSent();
        timings.mark("ended");
        loop.keeper().remove(this);
        settlement = context.whoPays().settle(plan, held, ending, observed);
        act(state.on(HoldEvent.ENDED));
    }

    private void settle() {
        Relay ran = Objects.requireNonNull(relay);
        journal(Objects.requireNonNull(settlement), ran.attempts(), ran.clientStatus(), ran.failureDetail());
    }

    private void journal(Settlement settled, List<UsageRecord.Attempt> attempts, int status, @Nullable String detail) {
        ExchangeFacts known =
                facts != null ? facts : Records.facts(this, key, at, id, started, held, caps.held(), null, List.of());
        timings.mark("total");
        UsageRecord record = Records.usage(
                known,
                settled,
                relay == null ? null : relay.facts(),
                attempts,
                status,
                detail,
                timings,
                context.clock().instant());
        JournalEntry entry = new JournalEntry(Records.settle(record), record);
        Reservation room = Objects.requireNonNull(reservation);
        room.settle(entry, () -> tellWallet(entry));
        journalled = true;
        Metered.answered(context.telemetry(), plan.terms(), relay == null ? null : relay.facts());
        Metered.settled(context.telemetry(), record);
        loop.accessLog().settled(record);
        if (clientGone || begun || relay == null) {
            closeReservation();
        }
    }

    /** The settlement is as safe as it is to be before anybody hears of it: only now the last byte's waiting begins. */
    private void tellWallet(JournalEntry entry) {
        if (relay != null) {
            settleTimer = server.loop()
                    .schedule(
                            () -> announce(state.on(HoldEvent.SETTLE_UNKNOWN), null),
                            context.settings().settleWait().toMillis(),
                            TimeUnit.MILLISECONDS);
        }
        loop.admission().settle(entry.settle(), this::settled);
    }

    private void settled(SettleResult result) {
        if (settleTimer != null) {
            settleTimer.cancel(false);
        }
        switch (result) {
            case SettleResult.Settled booked -> announce(state.on(HoldEvent.SETTLED), booked.balance());
            case SettleResult.Rejected rejected -> announce(state.on(HoldEvent.SETTLE_REFUSED), null);
            case SettleResult.NoHold _, SettleResult.NotDue _, SettleResult.OtherCaps _, SettleResult.Unavailable _ ->
                announce(state.on(HoldEvent.SETTLE_UNKNOWN), null);
        }
    }

    private void announce(HoldAction action, @Nullable Usd balance) {
        if (action == HoldAction.NOTHING) {
            return;
        }
        Relay ran = Objects.requireNonNull(relay);
        Settlement outcome = Objects.requireNonNull(settlement);
        ran.announced(outcome, context.settings().balance() ? balance : null);
    }

    /** A dead process would leave nothing to be made good. Again: nothing happens. */
    void closeReservation() {
        if (reservation != null) {
            reservation.close();
        }
    }
}
