package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
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
import tollgate.metering.HoldMode;
import tollgate.metering.HoldPlan;
import tollgate.metering.HoldState;
import tollgate.metering.Meter;
import tollgate.metering.Observed;
import tollgate.metering.Settlement;
import tollgate.metering.Tranches;
import tollgate.pricing.Usd;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.IdempotencyMark;
import tollgate.wallet.Renew;

/**
 * The money side of one exchange: place a hold, forward, settle, announce. What there is to do is decided by its {@link
 * HoldState}; what the client gets is its {@link Relay}'s business.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 * <h2>Reference counting</h2> Owns the request's body until it is forwarded or refused.
 */
final class Exchange implements Placement.Outcome, Renewal.Holder {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final ProxyContext context;
    private final ProxyLoop loop;
    private final ServerExchange server;
    private final Dialect dialect;
    private final String id;
    private final Upstream upstream;
    private final HoldState state = new HoldState();
    private final Enforcement enforcement;
    private final Placement placement;
    private final Renewal renewal;
    private final Keeping keeping;
    private final Timings timings;
    private final Instant started;
    private final int bodyBytes;
    private @Nullable ByteBuf body;
    private @Nullable Booking booking;
    private @Nullable Meter meter;
    private @Nullable ExchangeFacts facts;
    private @Nullable Relay relay;
    private @Nullable Extension extension;
    private @Nullable Refusal refusal;
    private @Nullable Settlement settlement;
    private Usd held = Usd.ZERO;
    private long placedNanos;
    private boolean clientGone;
    private boolean memoryGiven;
    private boolean ended;
    private boolean job;
    private boolean detached;

    Exchange(
            ProxyContext context,
            ProxyLoop loop,
            ServerExchange server,
            Dialect dialect,
            String id,
            KeyIdentity key,
            Upstream upstream,
            HoldPlan plan,
            @Nullable IdempotencyMark mark,
            Enforcement enforcement,
            ByteBuf body,
            Instant started,
            long startedNanos) {
        this.context = context;
        this.loop = loop;
        this.server = server;
        this.dialect = dialect;
        this.id = id;
        this.upstream = upstream;
        this.enforcement = enforcement;
        this.placement =
                new Placement(context, loop.admission(), server.loop(), id, plan, key, mark, enforcement, this);
        this.renewal = new Renewal(this, loop.admission(), server.loop());
        this.keeping = new Keeping(context.objects(), key, upstream, plan.request(), id);
        this.body = body;
        this.bodyBytes = body.readableBytes();
        this.started = started;
        this.timings = new Timings(startedNanos);
        timings.mark("read");
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
        return placement.plan();
    }

    /** What the client named its request; null where it has no name. */
    @Nullable
    IdempotencyMark mark() {
        return placement.mark();
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

    @Override
    public boolean hasEnded() {
        return ended;
    }

    Usd held() {
        return held;
    }

    @Override
    public int generation() {
        return state.generation();
    }

    ExchangeCaps caps() {
        return placement.caps();
    }

    /** Sets more aside while the answer comes; null where all is held at once. */
    @Nullable
    Extension extension() {
        return extension;
    }

    long placedNanos() {
        return placedNanos;
    }

    /** Asks for the hold. */
    void hold() {
        Refusal impossible = placement.impossible();
        Reservation room = impossible != null ? null : loop.journal().reserve();
        if (impossible != null) {
            refuse(impossible);
        } else if (room == null) {
            refuse(Refusals.journalFull());
        } else {
            booking = new Booking(room, loop.admission(), server.loop());
            placement.ask();
        }
    }

    @Override
    public void placed(Usd granted) {
        timings.mark("held");
        held = granted;
        forwardOrRelease(state.on(HoldEvent.PLACED));
        renewal.tellReinstated();
    }

    @Override
    public void refused(Refusal why) {
        timings.mark("held");
        refusal = why;
        on(HoldEvent.REFUSED);
        renewal.tellReinstated();
    }

    @Override
    public void unknown(Refusal why) {
        timings.mark("held");
        refusal = why;
        on(HoldEvent.PLACE_UNKNOWN);
        if (!ended) {
            renewal.tryAgain();
        }
    }

    /** A defect of ours between the hold and the first byte must leave neither a hold nor a client behind. */
    private void forwardOrRelease(HoldAction action) {
        try {
            act(action);
        } catch (RuntimeException defect) {
            LOG.error("exchange {} cannot be forwarded", id, defect);
            refusal = Refusals.defect();
            if (relay == null) {
                on(HoldEvent.NOT_FORWARDED);
            } else {
                relay.stop(Ending.Reason.DEFECT);
            }
        }
    }

    /** Something happened to the hold. */
    @Override
    public void on(HoldEvent event) {
        if (detached) {
            return;
        }
        act(state.on(event));
    }

    private void act(HoldAction action) {
        switch (action) {
            case NOTHING -> {}
            case FORWARD -> forward();
            case REFUSE -> refuse(Objects.requireNonNull(refusal));
            case RELEASE -> release();
            case PLACE_AGAIN -> placement.askAgain(state.generation(), held);
            case STOP -> stop(Ending.Reason.HOLD_LOST);
            case SETTLE -> settle();
            case ANNOUNCE, ANNOUNCE_WITHOUT_BALANCE ->
                throw new IllegalStateException("announced where replies arrive");
        }
    }

    private void refuse(Refusal why) {
        dropBody();
        closeBooking();
        if (!clientGone) {
            new Refuser(context, loop.accessLog())
                    .refuse(server, dialect, id, placement.key().keyId(), why, this::tellLimits);
        }
    }

    /** Tells what is left of the limits above it in the head of an answer. */
    void tellLimits(HttpHeaders head) {
        placement.caps().tell(dialect, head);
    }

    /** The money may have been set aside: it is given back as a settlement at nothing. */
    private void release() {
        ended = true;
        placement.cancel();
        loop.keeper().remove(this);
        dropBody();
        settlement = context.whoPays().settle(plan(), held, releasing(), Observed.NOTHING);
        journal(settlement, List.of(), clientGone || refusal == null ? 0 : refusal.status(), null);
        if (!clientGone && refusal != null) {
            new Refuser(context, loop.accessLog())
                    .refuse(server, dialect, id, placement.key().keyId(), refusal);
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
        Long ceiling = plan().ceilingFor(held, placement.caps().tokens());
        boolean reportUsage = plan().request().stream() && !plan().request().usageAsked();
        List<Splice> splices = plan().request().splicePoints().splices(reportUsage, ceiling);
        facts = facts(ceiling, splices);
        Objects.requireNonNull(booking).open(facts);
        meter = new Meter(plan(), held);
        loop.keeper().add(this);
        ByteBuf sent = Objects.requireNonNull(body);
        body = null;
        if (!splices.isEmpty()) {
            ByteBuf changed = Splice.apply(sent, splices, server.alloc());
            sent.release();
            sent = changed;
        }
        Announcement.Begun begun = new Announcement.Begun(id, plan().request().service(), ceiling);
        Tranches tranches = plan().tranches();
        if (tranches != null) {
            tranches.holds(
                    held,
                    placement.caps().held().equals(HeldCaps.NONE)
                            ? Long.MAX_VALUE
                            : placement.caps().tokens());
            extension = new Extension(this, loop.admission(), server.loop(), tranches, this::readOn);
        }
        Relay relaying = new Relay(this, begun, reportUsage);
        relay = relaying;
        relaying.send(loop.pool(upstream), sent);
    }

    private void readOn() {
        Objects.requireNonNull(relay).readOn();
    }

    /** More is set aside. */
    void extended(Usd now, HeldCaps capped) {
        held = now;
        Objects.requireNonNull(meter).holds(now);
        Objects.requireNonNull(booking).holds(now);
        placement.caps().extended(capped);
    }

    /** Takes what is over of the wallet's promotional money, then goes on. */
    void expireGrants(Runnable then) {
        placement.expireGrants(then);
    }

    /** Looks up once more which caps the key has, then goes on. */
    void lookUpCaps(Runnable then) {
        placement.lookUpCaps(then);
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

    private ExchangeFacts facts(@Nullable Long ceiling, List<Splice> splices) {
        return Records.facts(
                this,
                placement.key(),
                placement.at(),
                id,
                started,
                held,
                placement.caps().held(),
                ceiling,
                splices,
                enforcement.notRefused());
    }

    /** The answer names, before any of that is with the client, what the provider keeps of it. */
    void named(AnswerFacts answer) {
        keeping.saw(answer);
    }

    /** Bytes of the answer were handed to the client's connection. */
    void relayed(AnswerFacts answer) {
        Objects.requireNonNull(booking).relayed(answer, Objects.requireNonNull(meter));
    }

    /** The answer is handed to the client's connection next. */
    void left() {
        Objects.requireNonNull(booking).left(timings);
    }

    /** The command that keeps the hold alive. */
    @Override
    public Renew renewal() {
        Relay running = Objects.requireNonNull(relay);
        AnswerFacts answer = running.relayedFacts();
        Meter metered = Objects.requireNonNull(meter);
        return new Renew(
                placement.at(),
                id,
                state.generation(),
                answer == null ? Usd.ZERO : metered.accrued(answer),
                inBackground()
                        ? context.jobs().settings().life()
                        : context.holds().life(),
                answer == null ? 0 : metered.tokens(answer));
    }

    /** Asks for more life. */
    void renew() {
        renewal.ask();
    }

    /** Redis may have lost this hold: tells once it is there again, or the exchange is over. */
    void reinstate(Runnable then) {
        renewal.reinstate(then);
    }

    /** The gateway ends the exchange. */
    @Override
    public void stop(Ending.Reason why) {
        if (!ended && relay != null) {
            relay.stop(why);
        }
    }

    /** The same, and the client is told this. */
    void stop(Ending.Reason why, Refusal told) {
        if (!ended && relay != null) {
            relay.stop(why, told);
        }
    }

    /** The client left. */
    void clientGone(GoneReason reason) {
        clientGone = true;
        if (ended) {
            closeBooking();
        } else if (relay == null) {
            dropBody();
            on(HoldEvent.ENDED);
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
        settlement = context.whoPays().settle(plan(), held, ending, observed);
        on(HoldEvent.ENDED);
        renewal.tellReinstated();
    }

    /** Its answer is made in the background: nobody need wait for it here. */
    boolean inBackground() {
        return plan().request().extent().kept().background();
    }

    /** The answer has its name at the provider: from now on it can be seen to without this exchange. */
    CompletionStage<Void> beginJob(String object) {
        job = true;
        ExchangeFacts known = Objects.requireNonNull(facts);
        return context.jobs()
                .begin(
                        new Job(
                                known.holding(held, caps().held()),
                                plan().request(),
                                Query.target(
                                        server.head().path() + "/" + object,
                                        Query.version(server.head().query())),
                                object,
                                ObjectMap.owner(placement.key()),
                                state.generation(),
                                started.plus(context.jobs().settings().longest())),
                        plan());
    }

    /** This exchange is over; the job that it became is not, and is settled when it is. */
    void detach() {
        if (ended) {
            throw new IllegalStateException(id + " has ended already");
        }
        ended = true;
        detached = true;
        requestSent();
        loop.keeper().remove(this);
        context.jobs().detached(id, state.generation());
        closeBooking();
        renewal.tellReinstated();
    }

    private void settle() {
        Relay ran = Objects.requireNonNull(relay);
        journal(Objects.requireNonNull(settlement), ran.attempts(), ran.clientStatus(), ran.failureDetail());
        if (job) {
            context.jobs().settled(id);
        }
    }

    private void journal(Settlement settled, List<UsageRecord.Attempt> attempts, int status, @Nullable String detail) {
        ExchangeFacts known = facts != null ? facts.holding(held, caps().held()) : facts(null, List.of());
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
        Objects.requireNonNull(booking)
                .settle(
                        new JournalEntry(Records.settle(record), record),
                        relay == null ? null : context.settings().settleWait(),
                        clientGone || relay == null,
                        (event, balance) -> announce(state.on(event), balance));
        // what was paid for otherwise says nothing of what such requests cost
        if (context.holds().mode() == HoldMode.TYPICAL && plan().bundle() == null) {
            context.typical().saw(plan(), settled);
        }
        Metered.answered(context.telemetry(), plan().terms(), settled.rates(), relay == null ? null : relay.facts());
        Metered.settled(context.telemetry(), record);
        loop.accessLog().settled(record);
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
    void closeBooking() {
        if (booking != null) {
            booking.close();
        }
    }
}
