package tollgate.proxy;

import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerFacts;
import tollgate.metering.HoldPlan;
import tollgate.metering.Observed;

/** A job that this gateway sees to: when it is looked at next, and what is known of it. Guarded by itself. */
final class RunningJob {
    private final JobSettings settings;
    private Job job;
    private @Nullable HoldPlan plan;
    private @Nullable AnswerFacts last;
    private @Nullable Observed relayed;
    private long nextNanos;
    private long renewNanos;
    private long delayNanos;
    private long unknownSince;
    private boolean attached;
    private boolean busy;
    private boolean over;
    private boolean complained;
    private boolean waited;

    /**
     * A job.
     *
     * @param plan of its hold; null where another gateway had it
     * @param attached its stream still runs through its exchange, which may see its end itself
     */
    RunningJob(JobSettings settings, Job job, @Nullable HoldPlan plan, boolean attached) {
        this.settings = settings;
        this.job = job;
        this.plan = plan;
        this.relayed = job.relayed();
        this.attached = attached;
        this.delayNanos = settings.firstLook().toNanos();
        long now = System.nanoTime();
        this.nextNanos = plan == null ? now : now + delayNanos;
        this.renewNanos = plan == null ? now : now + settings.life().toNanos() / 3;
    }

    synchronized Job job() {
        return job;
    }

    synchronized @Nullable HoldPlan plan() {
        return plan;
    }

    synchronized void plan(HoldPlan made) {
        plan = made;
    }

    synchronized void placed(int generation) {
        job = job.placed(generation);
    }

    /** Its exchange lets go of it. */
    synchronized void detached(int generation) {
        job = job.placed(generation);
        attached = false;
        nextNanos = System.nanoTime();
        renewNanos = nextNanos;
    }

    /** Clients have had so much of it; kept where that is more than what is known. */
    synchronized void relayed(Observed seen) {
        relayed = relayed == null ? seen : relayed.atLeast(seen);
    }

    /** What clients have had of it, as far as is known here; null: nothing. */
    synchronized @Nullable Observed relayed() {
        return relayed;
    }

    /** Somebody saw the provider work on it: what only waited costs nothing. */
    synchronized boolean hasBegun() {
        return (last != null && !"queued".equals(last.status())) || (relayed != null && relayed.hasContent());
    }

    /** For how long its look is due; negative: not yet, or nobody has to look. */
    synchronized long dueNanos(long now) {
        return attached || busy || over ? -1 : now - nextNanos;
    }

    /** Whether it is to be looked at now; if so, whoever asked is the one to look. */
    synchronized boolean begin(long now) {
        if (dueNanos(now) < 0) {
            return false;
        }
        busy = true;
        return true;
    }

    /** It is still made, or nobody can say: it is looked at again, each time later, never all of them at once. */
    synchronized void later() {
        busy = false;
        long jitter = ThreadLocalRandom.current().nextLong(delayNanos / 2 + 1) - delayNanos / 4;
        nextNanos = System.nanoTime() + delayNanos + jitter;
        delayNanos = Math.min(settings.rarest().toNanos(), delayNanos + delayNanos / 2);
    }

    /** Something has changed, perhaps: it is looked at soon. */
    synchronized void wake() {
        nextNanos = System.nanoTime();
        delayNanos = settings.firstLook().toNanos();
    }

    synchronized void sawRunning(AnswerFacts facts) {
        last = facts;
        unknownSince = 0;
    }

    /** What was seen of it last; null: nothing yet. */
    synchronized @Nullable AnswerFacts last() {
        return last;
    }

    /** The provider knows no such job; whether it has said so for long enough. */
    synchronized boolean isForgotten(long now) {
        if (unknownSince == 0) {
            unknownSince = now;
        }
        return now - unknownSince > settings.forgotten().toNanos();
    }

    /** Nothing says what it used: whether it is looked at once more, so much later, before it is settled all the same. */
    synchronized boolean waitsForWord(long nanos) {
        if (waited) {
            return false;
        }
        waited = true;
        busy = false;
        nextNanos = System.nanoTime() + nanos;
        return true;
    }

    /** Whether something is to be said of it that is said once. */
    synchronized boolean complains() {
        boolean first = !complained;
        complained = true;
        return first;
    }

    synchronized boolean isGivenUp(Instant now) {
        return !now.isBefore(job.until());
    }

    /** Whether its hold is to be renewed now; if so, whoever asked is the one to do it. */
    synchronized boolean renews(long now) {
        if (attached || over || now - renewNanos < 0) {
            return false;
        }
        renewNanos = now + settings.life().toNanos() / 3;
        return true;
    }

    /** No reply said that it was renewed. */
    synchronized void renewSoon() {
        renewNanos = System.nanoTime() + settings.firstLook().toNanos();
    }

    /** It is settled; false where it was already. */
    synchronized boolean end() {
        boolean first = !over;
        over = true;
        return first;
    }

    synchronized boolean isOver() {
        return over;
    }
}
