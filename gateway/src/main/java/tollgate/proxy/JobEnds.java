package tollgate.proxy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.dialect.AnswerFacts;
import tollgate.metering.Ending;
import tollgate.metering.HoldPlan;
import tollgate.metering.Observed;

/**
 * Decides what comes of a look at a job, and settles it once it is over, or nobody will ever know more of it. Thread-safe; what
 * may block is done by workers.
 */
final class JobEnds implements JobLooks.Sight {
    private static final Logger LOG = LoggerFactory.getLogger(JobEnds.class);
    private static final long SURE_S = 30;
    private static final long WORD_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** What is said of a job whose upstream the configuration does not name any more. */
    static final String NO_UPSTREAM = "no such upstream";

    /** Who keeps what runs. */
    interface Registry {
        /** The wallet has its settlement, or surely gets it. */
        void settled(String exchange);

        /** It is another gateway's, or settled by another. */
        void notOurs(String exchange, RunningJob job);

        /** Nothing is to be settled any more. */
        boolean isClosing();
    }

    private final ProxyContext context;
    private final JobBook book;
    private final Executor workers;
    private final Registry registry;

    JobEnds(ProxyContext context, JobBook book, Executor workers, Registry registry) {
        this.context = context;
        this.book = book;
        this.workers = workers;
        this.registry = registry;
    }

    /** What is known of how a job ended. */
    private record End(
            Ending how,
            @Nullable AnswerFacts facts,
            @Nullable String detail) {}

    @Override
    public void saw(ProxyLoop loop, RunningJob job, JobLook.Seen seen) {
        boolean givenUp = job.isGivenUp(context.clock().instant());
        Ending late = new Ending.Stopped(Ending.Reason.TIME_LIMIT, job.hasBegun());
        switch (seen) {
            case JobLook.Seen.Over(AnswerFacts facts) -> {
                // what other gateways relay of it they say within a second
                if (facts.usage() != null || !job.waitsForWord(WORD_NANOS)) {
                    settle(loop, job, new End(ending(facts), facts, null));
                }
            }
            case JobLook.Seen.Running(AnswerFacts facts) -> {
                job.sawRunning(facts);
                if (givenUp) {
                    context.jobs().callOff(loop, job.job());
                    settle(
                            loop,
                            job,
                            new End(
                                    new Ending.Stopped(Ending.Reason.TIME_LIMIT, job.hasBegun()),
                                    facts,
                                    "not over in time"));
                } else {
                    job.later();
                }
            }
            case JobLook.Seen.Unknown() -> {
                if (job.isForgotten(System.nanoTime()) || givenUp) {
                    String why = "the provider knows no such job any more";
                    settle(loop, job, new End(new Ending.UpstreamCut(job.hasBegun()), job.last(), why));
                } else {
                    job.later();
                }
            }
            case JobLook.Seen.Nothing(String why) -> {
                if (givenUp) {
                    settle(loop, job, new End(late, job.last(), why));
                } else {
                    complain(job, why);
                    job.later();
                }
            }
        }
    }

    /** A person may still put an upstream back; nobody else can. */
    private void complain(RunningJob job, String why) {
        if (why.equals(NO_UPSTREAM) && job.complains()) {
            LOG.error(
                    "job of exchange {}: upstream '{}' is not configured any more (expected: an upstream of that name"
                            + " until {}, when it is settled by what is known of it)",
                    job.job().exchange(),
                    job.job().facts().upstream(),
                    job.job().until());
            context.telemetry().count("tollgate_jobs_blind_total", 1, "reason", "no_upstream");
        }
    }

    /** What was called off is owed as far as it was made; its provider may say how far, or not. */
    private static Ending ending(AnswerFacts facts) {
        return "cancelled".equals(facts.status()) ? new Ending.ClientGone(true) : new Ending.Complete();
    }

    /** Settles, where it is still ours to settle; by the book, since another may have thought us dead. */
    private void settle(ProxyLoop loop, RunningJob job, End end) {
        String exchange = job.job().exchange();
        CompletableFuture.supplyAsync(() -> book.standing(exchange), workers)
                .whenComplete((standing, failure) -> loop.loop().execute(() -> {
                    if (registry.isClosing()) {
                        return;
                    }
                    if (failure != null) {
                        job.later();
                    } else if (standing.isEmpty()) {
                        job.end();
                        registry.notOurs(exchange, job);
                    } else {
                        Observed relayed = standing.get().relayed();
                        if (relayed != null) {
                            job.relayed(relayed);
                        }
                        settled(loop, job, end);
                    }
                }));
    }

    private void settled(ProxyLoop loop, RunningJob running, End end) {
        Job job = running.job();
        HoldPlan known = running.plan();
        HoldPlan plan = known != null ? known : JobPlan.of(job, context);
        JobSettlement settlement = JobSettlement.reserved(loop, context);
        if (settlement == null) {
            running.later();
            return;
        }
        if (!running.end()) {
            settlement.cancel();
            return;
        }
        Upstream upstream =
                context.routing().named(job.facts().upstream(), job.facts().live());
        boolean costReported = upstream != null && upstream.costReported();
        String detail = end.detail == null ? JobPlan.trouble(plan) : end.detail;
        Observed seen = end.facts == null ? Observed.NOTHING : Observed.of(end.facts, costReported);
        settlement.settle(job.facts(), plan, end.how, seen.atLeast(running.relayed()), end.facts, detail, sure -> {
            if (sure) {
                registry.settled(job.exchange());
            } else {
                // the journal has it, and sends it again: should this process die before it has, another looks again
                loop.loop().schedule(() -> registry.settled(job.exchange()), SURE_S, TimeUnit.SECONDS);
            }
        });
    }
}
