package tollgate.proxy;

import java.time.Duration;
import java.util.function.BiConsumer;
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
     * @param then runs once it is known that the hold is there, or is needed no more
     */
    void renew(Runnable then) {
        Job job = running.job();
        loop.admission()
                .renew(
                        new Renew(job.facts().at(), job.exchange(), job.generation(), Usd.ZERO, settings.life()),
                        result -> renewed(job, result, then));
    }

    private void renewed(Job job, RenewResult result, Runnable then) {
        switch (result) {
            case RenewResult.Renewed _ -> then.run();
            // settled, or expired: a late settlement corrects that
            case RenewResult.Over _ -> then.run();
            case RenewResult.NoHold _ -> {
                if (running.isOver()) {
                    then.run();
                } else {
                    placeAgain(job, then);
                }
            }
            case RenewResult.Rejected(String code, String detail)
            when code.equals("CONFLICT")
                    && detail.startsWith(OTHER_GENERATION)
                    && detail.substring(OTHER_GENERATION.length()).matches("\\d{1,6}") -> {
                // whoever had it before placed it again, and died before that was kept
                running.placed(Integer.parseInt(detail.substring(OTHER_GENERATION.length())));
                running.renewSoon();
                then.run();
            }
            case RenewResult.Rejected _ -> then.run();
            case RenewResult.Unavailable _ -> running.renewSoon();
        }
    }

    private void placeAgain(Job job, Runnable then) {
        ExchangeFacts facts = job.facts();
        int generation = job.generation() + 1;
        Duration left = Duration.between(context.clock().instant(), job.until());
        loop.admission()
                .place(
                        new Place(
                                facts.at(),
                                job.exchange(),
                                generation,
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
                                !context.settings().enforce(),
                                null,
                                context.holds().mostOpen()),
                        result -> {
                            if (result instanceof PlaceResult.Placed) {
                                running.placed(generation);
                                placed.accept(job.exchange(), generation);
                                then.run();
                            } else if (result instanceof PlaceResult.AlreadyFinal) {
                                running.wake();
                                then.run();
                            } else {
                                running.renewSoon();
                            }
                        });
    }
}
