package tollgate.proxy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.Dialect;
import tollgate.dialect.Service;
import tollgate.http.UpstreamRequest;
import tollgate.metering.Ending;
import tollgate.metering.HoldPlan;
import tollgate.metering.Observed;
import tollgate.pricing.Buyer;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;

/**
 * Sees to answers that providers make while nobody waits for them: each is asked for until it is over, its hold kept alive
 * meanwhile, and settled once, whoever else looks at it. What it comes to is said by its provider to us alone: what clients
 * retrieve is never charged.
 *
 * <p>Jobs are kept in a {@link JobBook}; the one of a gateway that is gone is taken over by another. Two that settle the same
 * job say the same, which the wallet takes once. Thread-safe; one thread of its own, which may wait for the book.
 */
public final class Jobs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final long TICK_MS = 100;
    private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long SURE_S = 30;
    private static final int KEEPING_TRIES = 10;
    private static final long KEEPING_RETRY_MS = 500;
    private static final int MOST_AT_ONCE = 64;

    private final JobSettings settings;
    private final JobBook book;
    private final ExecutorService workers;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("jobs").daemon().factory());
    private final Map<String, RunningJob> running = new ConcurrentHashMap<>();
    private final Set<String> finished = ConcurrentHashMap.newKeySet();
    private final AtomicInteger looking = new AtomicInteger();
    private final AtomicInteger turn = new AtomicInteger();
    private List<ProxyLoop> loops = List.of();
    private @Nullable ProxyContext context;
    private long lastKept = System.nanoTime() - KEEP_NANOS;
    private boolean complained;
    private volatile boolean closing;

    /**
     * Sees to no job yet.
     *
     * @param workers run what may block
     */
    public Jobs(JobSettings settings, JobBook book, ExecutorService workers) {
        this.settings = settings;
        this.book = book;
        this.workers = workers;
    }

    /** Begins, over these loops; takes over what nobody sees to. */
    public void start(ProxyContext of, List<ProxyLoop> over) {
        context = of;
        loops = List.copyOf(over);
        thread.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    JobSettings settings() {
        return settings;
    }

    private ProxyContext context() {
        ProxyContext known = context;
        if (known == null) {
            throw new IllegalStateException("jobs: not started");
        }
        return known;
    }

    /**
     * An answer is made in the background: completes once that survives this process. Its exchange still sees to it.
     *
     * @return fails where it cannot be kept
     */
    CompletionStage<Void> begin(Job job, HoldPlan plan) {
        running.put(job.exchange(), new RunningJob(settings, job, plan, true));
        return CompletableFuture.runAsync(() -> keptWithin(job, KEEPING_TRIES), workers)
                .whenComplete((kept, failure) -> {
                    if (failure != null) {
                        running.remove(job.exchange());
                    }
                });
    }

    private void keptWithin(Job job, int tries) {
        for (int i = 1; ; i++) {
            try {
                book.add(job);
                return;
            } catch (RuntimeException away) {
                if (i == tries || closing) {
                    throw away;
                }
                nap();
            }
        }
    }

    private static void nap() {
        try {
            Thread.sleep(KEEPING_RETRY_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Its exchange is over; the job goes on. */
    void detached(String exchange, int generation) {
        RunningJob job = running.get(exchange);
        if (job != null) {
            job.detached(generation);
        }
    }

    /** Its exchange saw its end, and has settled it. */
    void settled(String exchange) {
        RunningJob job = running.remove(exchange);
        if (job != null) {
            job.end();
            finished.add(exchange);
        }
    }

    /** A client has looked at something: if that is made by a job, it may be over. */
    void wake(String upstream, String object) {
        for (RunningJob each : running.values()) {
            Job job = each.job();
            if (job.object().equals(object) && job.facts().upstream().equals(upstream)) {
                each.wake();
            }
        }
    }

    /** The exchange whose open job makes something. */
    CompletionStage<Optional<String>> making(String upstream, String object) {
        return CompletableFuture.supplyAsync(() -> book.making(upstream, object), workers);
    }

    private void tick() {
        long now = System.nanoTime();
        for (RunningJob job : running.values()) {
            // whatever the book says, or does not: money has to stay set aside
            if (job.renews(now)) {
                renew(job, () -> {});
            }
            if (looking.get() < MOST_AT_ONCE && job.begin(now)) {
                looking.incrementAndGet();
                ProxyLoop loop = nextLoop();
                loop.loop().execute(() -> look(loop, job));
            }
        }
        try {
            keep();
            complained = false;
        } catch (RuntimeException away) {
            if (!complained) {
                complained = true;
                LOG.warn("jobs: waiting: {}", away.getMessage());
            }
        }
    }

    private void keep() {
        for (String exchange : List.copyOf(finished)) {
            book.settled(exchange);
            finished.remove(exchange);
            running.remove(exchange);
        }
        if (System.nanoTime() - lastKept > KEEP_NANOS) {
            for (Job job : book.keep()) {
                if (running.putIfAbsent(job.exchange(), new RunningJob(settings, job, null, false)) == null) {
                    LOG.info("job of exchange {} is taken over", job.exchange());
                }
            }
            lastKept = System.nanoTime();
        }
    }

    private ProxyLoop nextLoop() {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    /** Where a job is made, and what is spoken there. */
    private record Place(Upstream upstream, Dialect dialect) {}

    private @Nullable Place place(Job job) {
        Upstream upstream =
                context().routing().named(job.facts().upstream(), job.facts().live());
        for (Dialect dialect : context().dialects()) {
            if (upstream != null
                    && dialect.name().equals(upstream.dialect())
                    && dialect.services().contains(Service.RESPONSES)) {
                return new Place(upstream, dialect);
            }
        }
        return null;
    }

    private void look(ProxyLoop loop, RunningJob running) {
        Place at = place(running.job());
        if (at == null || closing) {
            looked(running, new JobLook.Seen.Nothing("no such upstream"), loop);
            return;
        }
        JobLook look = new JobLook(at.dialect, seen -> looked(running, seen, loop));
        try {
            send(loop, at, HttpMethod.GET, running.job().target(), look);
        } catch (RuntimeException defect) {
            LOG.error("job of exchange {} cannot be looked at", running.job().exchange(), defect);
            look.failed(defect.toString());
        }
    }

    private void send(ProxyLoop loop, Place at, HttpMethod method, String target, JobLook look) {
        HttpHeaders headers = new DefaultHttpHeaders()
                .set(HttpHeaderNames.ACCEPT, "application/json")
                .set(HttpHeaderNames.ACCEPT_ENCODING, "identity");
        String apiKey = at.upstream.apiKey();
        if (apiKey != null) {
            at.dialect.authorize(apiKey, headers::set);
        }
        var _ = loop.pool(at.upstream).send(new UpstreamRequest(method, target, headers, Unpooled.EMPTY_BUFFER), look);
    }

    /** On a loop. */
    private void looked(RunningJob job, JobLook.Seen seen, ProxyLoop loop) {
        looking.decrementAndGet();
        boolean givenUp = job.isGivenUp(context().clock().instant());
        switch (seen) {
            case JobLook.Seen.Over(AnswerFacts facts) -> settle(loop, job, ending(facts), facts, null);
            case JobLook.Seen.Running(AnswerFacts facts) -> {
                job.sawRunning(facts);
                if (givenUp) {
                    callOff(loop, job);
                    giveUp(loop, job, new Ending.Stopped(Ending.Reason.TIME_LIMIT, hasBegun(job)), "not over in time");
                } else {
                    job.later();
                }
            }
            case JobLook.Seen.Unknown() -> {
                if (job.isForgotten(System.nanoTime()) || givenUp) {
                    giveUp(loop, job, new Ending.UpstreamCut(hasBegun(job)), "the provider knows no such job any more");
                } else {
                    job.later();
                }
            }
            case JobLook.Seen.Nothing(String why) -> {
                if (givenUp) {
                    giveUp(loop, job, new Ending.Stopped(Ending.Reason.TIME_LIMIT, hasBegun(job)), why);
                } else {
                    job.later();
                }
            }
        }
    }

    /** What was called off is owed as far as it was made; its provider may say how far, or not. */
    private static Ending ending(AnswerFacts facts) {
        return "cancelled".equals(facts.status()) ? new Ending.ClientGone(true) : new Ending.Complete();
    }

    /** Somebody saw the provider work on it: what only waited costs nothing. */
    private static boolean hasBegun(RunningJob job) {
        AnswerFacts last = job.last();
        return last != null && !"queued".equals(last.status());
    }

    private void callOff(ProxyLoop loop, RunningJob running) {
        Place at = place(running.job());
        if (at != null) {
            String target = running.job().target();
            int query = target.indexOf('?');
            String path = query < 0 ? target : target.substring(0, query);
            send(
                    loop,
                    at,
                    HttpMethod.POST,
                    path + "/cancel" + (query < 0 ? "" : target.substring(query)),
                    new JobLook(at.dialect, seen -> {}));
        }
    }

    private void giveUp(ProxyLoop loop, RunningJob job, Ending how, String why) {
        settle(loop, job, how, job.last(), why);
    }

    /** Settles, where it is still ours to settle; by the book, since another may have thought us dead. */
    private void settle(
            ProxyLoop loop, RunningJob job, Ending how, @Nullable AnswerFacts facts, @Nullable String detail) {
        String exchange = job.job().exchange();
        CompletableFuture.supplyAsync(() -> book.isOurs(exchange), workers)
                .whenComplete((ours, failure) -> loop.loop().execute(() -> {
                    if (closing) {
                        return;
                    }
                    if (failure != null) {
                        job.later();
                    } else if (!ours) {
                        job.end();
                        running.remove(exchange, job);
                    } else {
                        settled(loop, job, how, facts, detail);
                    }
                }));
    }

    private void settled(
            ProxyLoop loop, RunningJob running, Ending how, @Nullable AnswerFacts facts, @Nullable String detail) {
        HoldPlan plan = plan(running);
        Place at = place(running.job());
        JobSettlement settlement = plan == null || at == null ? null : JobSettlement.reserved(loop, context());
        if (plan == null || settlement == null || at == null) {
            running.later();
            return;
        }
        if (!running.end()) {
            settlement.cancel();
            return;
        }
        String exchange = running.job().exchange();
        Observed observed = facts == null ? Observed.NOTHING : Observed.of(facts, at.upstream.costReported());
        settlement.settle(running.job().facts(), plan, how, observed, facts, detail, sure -> {
            if (sure) {
                finished.add(exchange);
            } else {
                // the journal has it, and sends it again: should this process die before it has, another looks again
                loop.loop().schedule(() -> finished.add(exchange), SURE_S, TimeUnit.SECONDS);
            }
        });
    }

    /** By the prices of its beginning: those that its gateway knew then, or where that is gone, those that are known here. */
    private @Nullable HoldPlan plan(RunningJob running) {
        HoldPlan known = running.plan();
        if (known != null) {
            return known;
        }
        Job job = running.job();
        Place at = place(job);
        var book = context().prices().get();
        if (at == null
                || !(book.resolve(
                                Objects.requireNonNullElse(at.upstream.prices(), at.dialect.provider()),
                                Objects.requireNonNullElse(
                                        job.facts().modelSent(), job.asked().model()),
                                job.facts().started())
                        instanceof Resolution.Priced priced)) {
            LOG.error(
                    "job of exchange {}: no price is known for '{}' any more",
                    job.exchange(),
                    job.asked().model());
            return null;
        }
        HoldPlan made = HoldPlan.of(
                        job.asked(),
                        priced.rates(),
                        book,
                        Terms.STANDARD.at(job.facts().started()),
                        new Buyer(job.facts().at().organisation(), job.facts().plan()),
                        context().holds())
                // what a bundle had set aside for it is not charged, whoever settles it
                .reserving(job.facts().caps().paidFor())
                .after(job.facts().caps().chargedBefore());
        running.plan(made);
        return made;
    }

    private void renew(RunningJob job, Runnable then) {
        ProxyLoop loop = nextLoop();
        loop.loop().execute(() -> new JobHold(context(), loop, settings, job, this::placed).renew(then));
    }

    private void placed(String exchange, int generation) {
        workers.execute(() -> {
            try {
                book.placed(exchange, generation);
            } catch (RuntimeException away) {
                // whoever takes the job over is told of it by the hold
                LOG.warn("job of exchange {}: its hold's number could not be kept: {}", exchange, away.getMessage());
            }
        });
    }

    /** Redis may have lost holds: completes once every job here has its own again. */
    public CompletableFuture<Void> reinstate() {
        return CompletableFuture.allOf(running.values().stream()
                .filter(job -> !job.isOver())
                .map(job -> {
                    CompletableFuture<Void> there = new CompletableFuture<>();
                    renew(job, () -> there.complete(null));
                    return there;
                })
                .toArray(CompletableFuture<?>[]::new));
    }

    /** Lets go of every job, so that others see to them. */
    @Override
    public void close() {
        closing = true;
        thread.shutdownNow();
        for (ProxyLoop loop : loops) {
            loop.loop().submit(() -> {}).awaitUninterruptibly(TimeUnit.SECONDS.toMillis(2));
        }
        try {
            book.release();
        } catch (RuntimeException away) {
            LOG.warn("jobs: others take them over in a moment: {}", away.getMessage());
        }
    }
}
