package tollgate.proxy;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import tollgate.journal.ExchangeFacts;
import tollgate.pricing.Usd;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.Renew;
import tollgate.wallet.RenewResult;

/** Keeps the hold of a job alive, or places it again where Redis lost it. Used once; confined to its event loop. */
final class JobHold {
    private static final String OTHER_GENERATION = "generation ";

    private final ProxyContext context;
    private final ProxyLoop loop;
    private final JobSettings settings;
    private final RunningJob running;
    private final BiConsumer<String, Integer> placed;

    /**
     * Of one job.
     *
     * @param placed is told exchange and generation of a hold that was placed again
     */
    JobHold(
            ProxyContext context,
            ProxyLoop loop,
            JobSettings settings,
            RunningJob running,
            BiConsumer<String, Integer> placed) {
        this.context = context;
        this.loop = loop;
        this.settings = settings;
        this.running = running;
        this.placed = placed;
    }

    /**
     * Asks for more life.
     *
     * @param then is told whether its hold is there, or needed no more; false: nobody can say right now
     */
    void renew(Consumer<Boolean> then) {
        Job job = running.job();
        loop.admission()
                .renew(
                        new Renew(job.facts().at(), job.exchange(), job.generation(), Usd.ZERO, settings.life()),
                        result -> renewed(job, result, then));
    }

    private void renewed(Job job, RenewResult result, Consumer<Boolean> then) {
        switch (result) {
            case RenewResult.Renewed _ -> then.accept(true);
            // settled, or expired: a late settlement corrects that
            case RenewResult.Over _ -> then.accept(true);
            case RenewResult.NoHold _ -> {
                if (running.isOver()) {
                    then.accept(true);
                } else {
                    placeAgain(job, then);
                }
            }
            case RenewResult.Rejected(String code, String detail) -> {
                adopt(code, detail);
                then.accept(true);
            }
            case RenewResult.Unavailable _ -> away(then);
        }
    }

    /** Whoever had it before, or sees to a shard's recovery, placed it again, and we were not told. */
    private void adopt(String code, String detail) {
        if (code.equals("CONFLICT")
                && detail.startsWith(OTHER_GENERATION)
                && detail.substring(OTHER_GENERATION.length()).matches("\\d{1,6}")) {
            running.placed(Integer.parseInt(detail.substring(OTHER_GENERATION.length())));
            running.renewSoon();
        }
    }

    private void away(Consumer<Boolean> then) {
        running.renewSoon();
        then.accept(false);
    }

    private void placeAgain(Job job, Consumer<Boolean> then) {
        Place again = again(
                job,
                context.clock().instant(),
                settings,
                context.settings().enforce(),
                context.holds().mostOpen());
        loop.admission().place(again, result -> {
            switch (result) {
                case PlaceResult.Placed _ -> {
                    running.placed(again.generation());
                    placed.accept(job.exchange(), again.generation());
                    then.accept(true);
                }
                case PlaceResult.AlreadyFinal _ -> {
                    running.wake();
                    then.accept(true);
                }
                case PlaceResult.Rejected(String code, String detail) -> {
                    adopt(code, detail);
                    then.accept(true);
                }
                case PlaceResult.Unavailable _ -> away(then);
                // asked once more at its next renewal: nobody else's hold is to wait for that
                default -> then.accept(true);
            }
        });
    }

    /** What puts a job's hold back where it was. */
    static Place again(Job job, Instant now, JobSettings settings, boolean enforce, int mostOpen) {
        ExchangeFacts facts = job.facts();
        Duration left = Duration.between(now, job.until());
        return new Place(
                facts.at(),
                job.exchange(),
                job.generation() + 1,
                facts.held(),
                facts.held(),
                settings.life(),
                left.isNegative() ? settings.life() : left.plus(settings.life()),
                Usd.ZERO,
                0,
                facts.priceVersion(),
                facts.live() ? "USD" : "TEST",
                true,
                facts.caps().again(),
                null,
                !enforce,
                null,
                mostOpen);
    }
}
