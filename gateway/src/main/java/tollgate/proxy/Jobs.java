package tollgate.proxy;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.dialect.AnswerFacts;
import tollgate.metering.HoldPlan;
import tollgate.metering.Observed;

/**
 * Sees to answers that providers make while nobody waits for them: each is asked for until it is over ({@link JobLooks}), its hold
 * kept alive meanwhile ({@link JobHold}), and settled once ({@link JobEnds}), whoever else looks at it. What it comes to is said by its
 * provider to us alone: what clients retrieve is never charged.
 *
 * <p>Jobs are kept in a {@link JobBook}; the one of a gateway that is gone is taken over by another. Two that settle the same
 * job say the same, which the wallet takes once. Thread-safe; two threads of its own, one of which may wait for the book.
 */
public final class Jobs implements AutoCloseable, JobEnds.Registry {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final long TICK_MS = 100;
    private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final int KEEPING_TRIES = 10;
    private static final long KEEPING_RETRY_MS = 500;

    private final JobSettings settings;
    private final JobBook book;
    private final ExecutorService workers;
    private final ScheduledExecutorService looking = thread("jobs");
    private final ScheduledExecutorService keeping = thread("jobs-book");
    private final Map<String, RunningJob> running = new ConcurrentHashMap<>();
    private final Set<String> finished = ConcurrentHashMap.newKeySet();
    private List<ProxyLoop> loops = List.of();
    private @Nullable ProxyContext context;
    private @Nullable JobLooks looks;
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

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name(name).daemon().factory());
    }

    /** Begins, over these loops; takes over what nobody sees to. */
    public void start(ProxyContext of, List<ProxyLoop> over) {
        context = of;
        loops = List.copyOf(over);
        looks = new JobLooks(of, over, settings, new JobEnds(of, book, workers, this));
        looking.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
        keeping.scheduleWithFixedDelay(this::keep, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    JobSettings settings() {
        return settings;
    }

    private static <T> T started(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("jobs: not started");
        }
        return part;
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

    /**
     * Its exchange is over; the job goes on.
     *
     * @param answer what the client has had of it by then; null: nothing
     */
    void detached(String exchange, int generation, @Nullable AnswerFacts answer) {
        RunningJob job = running.get(exchange);
        if (job == null) {
            return;
        }
        Observed had = answer == null ? Observed.NOTHING : Observed.of(answer);
        if (had.hasContent()) {
            job.relayed(had);
            told("what was relayed of it", exchange, () -> book.relayed(exchange, had));
        }
        job.detached(generation);
    }

    /** Its exchange saw its end, and has settled it. */
    void over(String exchange) {
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

    /** A client has had so much of something: if that is made by a job, it is owed. */
    void retrieved(String upstream, String object, Observed had) {
        for (RunningJob each : running.values()) {
            Job job = each.job();
            if (job.object().equals(object) && job.facts().upstream().equals(upstream)) {
                each.relayed(had);
            }
        }
        // whoever sees to it may be another gateway
        told(
                "what was retrieved of it",
                object,
                () -> book.making(upstream, object).ifPresent(exchange -> book.relayed(exchange, had)));
    }

    /** The exchange whose open job makes something. */
    CompletionStage<Optional<String>> making(String upstream, String object) {
        return CompletableFuture.supplyAsync(() -> book.making(upstream, object), workers);
    }

    /** Asks a job's provider to end its work; on the loop. */
    void callOff(ProxyLoop loop, Job job) {
        started(looks).callOff(loop, job);
    }

    private void tick() {
        long now = System.nanoTime();
        Collection<RunningJob> jobs = running.values();
        try {
            for (RunningJob job : jobs) {
                // whatever the book says, or does not: money has to stay set aside
                if (job.renews(now)) {
                    renew(job, there -> {});
                }
            }
            started(looks).round(jobs, now);
        } catch (RuntimeException defect) {
            LOG.error("jobs: a round failed", defect);
        }
    }

    private void keep() {
        try {
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
            complained = false;
        } catch (RuntimeException away) {
            if (!complained) {
                complained = true;
                LOG.warn("jobs: waiting: {}", away.getMessage());
            }
        }
    }

    @Override
    public void settled(String exchange) {
        finished.add(exchange);
    }

    @Override
    public void notOurs(String exchange, RunningJob job) {
        running.remove(exchange, job);
    }

    @Override
    public boolean isClosing() {
        return closing;
    }

    private void renew(RunningJob job, Consumer<Boolean> then) {
        ProxyLoop loop = started(looks).nextLoop();
        loop.loop().execute(() -> new JobHold(started(context), loop, settings, job, this::placed).renew(then));
    }

    private void placed(String exchange, int generation) {
        // whoever takes the job over is told of it by the hold, too
        told("its hold's number", exchange, () -> book.placed(exchange, generation));
    }

    private void told(String what, String whose, Runnable telling) {
        workers.execute(() -> {
            try {
                telling.run();
            } catch (RuntimeException away) {
                LOG.warn("job of {}: {} could not be kept: {}", whose, what, away.getMessage());
            }
        });
    }

    /**
     * Redis may have lost the holds of these shards: completes once every job here has its own again, or needs none.
     *
     * @return fails where that cannot be said right now of one of them
     */
    public CompletableFuture<Void> reinstate(Set<Integer> shards) {
        return CompletableFuture.allOf(running.values().stream()
                .filter(job ->
                        !job.isOver() && shards.contains(job.job().facts().at().shard()))
                .map(this::reinstated)
                .toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<Void> reinstated(RunningJob job) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        renew(job, there -> {
            if (there) {
                done.complete(null);
            } else {
                done.completeExceptionally(new IllegalStateException(
                        "job of exchange " + job.job().exchange() + ": nobody can say whether its hold is there"));
            }
        });
        return done;
    }

    /** Lets go of every job, so that others see to them. */
    @Override
    public void close() {
        closing = true;
        looking.shutdownNow();
        keeping.shutdownNow();
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
