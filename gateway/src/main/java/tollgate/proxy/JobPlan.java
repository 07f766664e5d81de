package tollgate.proxy;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.dialect.Dialect;
import tollgate.journal.ExchangeFacts;
import tollgate.metering.Discount;
import tollgate.metering.HoldPlan;
import tollgate.metering.PaidFor;
import tollgate.pricing.Buyer;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.RateCard;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;

/**
 * By which prices a job is settled whose gateway is gone: those it began with. The cards in force say the same where nothing has
 * changed, and know other models that may have answered; else the prices that are kept with it count. Stateless.
 */
final class JobPlan {
    private static final Logger LOG = LoggerFactory.getLogger(JobPlan.class);

    private JobPlan() {}

    /** Rates, and the book that they are of. */
    private record Prices(ModelRates rates, RateBook book) {}

    static HoldPlan of(Job job, ProxyContext context) {
        ExchangeFacts facts = job.facts();
        Buyer buyer = new Buyer(facts.at().organisation(), facts.plan());
        Prices prices = prices(job, buyer, context);
        return HoldPlan.of(
                        job.asked(),
                        prices.rates,
                        prices.book,
                        Terms.STANDARD.at(facts.started()),
                        buyer,
                        context.holds())
                // what a bundle had set aside for it is not charged, whoever settles it and whatever is sold by then
                .soldBy(
                        paidFor(facts),
                        new Discount(
                                context.prices().get().volume(buyer),
                                facts.caps().chargedBefore()));
    }

    private static PaidFor paidFor(ExchangeFacts facts) {
        return facts.caps()
                .bundle()
                .map(bundle -> new PaidFor(bundle.name(), facts.caps().paidFor()))
                .orElse(PaidFor.NOTHING);
    }

    private static Prices prices(Job job, Buyer buyer, ProxyContext context) {
        ExchangeFacts facts = job.facts();
        RateBook now = context.prices().get();
        PinnedPrices pinned = job.prices();
        String model = Objects.requireNonNullElse(facts.modelSent(), job.asked().model());
        Resolution found = now.resolve(provider(facts, context), model, facts.started());
        ModelRates current = found instanceof Resolution.Priced priced ? priced.rates() : null;
        if (current != null
                && current.priceVersion().equals(facts.priceVersion())
                && (pinned == null || now.markup(buyer, current).equals(pinned.markup()))) {
            return new Prices(current, now);
        }
        if (pinned != null) {
            return pinned(pinned, facts.started());
        }
        context.telemetry().count("tollgate_jobs_blind_total", 1, "reason", "no_price");
        if (current != null) {
            LOG.error(
                    "job of exchange {}: the prices of its beginning are lost: those in force charge it",
                    job.exchange());
            return new Prices(current, now);
        }
        LOG.error(
                "job of exchange {}: no price is known for '{}' any more: it is settled at nothing (expected: a card of that"
                        + " name, or a correction by a person)",
                job.exchange(),
                job.asked().model());
        RateBook free = RateBook.of(List.of(RateCard.named(model).build()));
        return new Prices(new ModelRates(free.cards().getFirst()), free);
    }

    private static Prices pinned(PinnedPrices pinned, Instant at) {
        RateBook book = pinned.book();
        return book.resolve(pinned.card().provider(), pinned.card().model(), at) instanceof Resolution.Priced priced
                ? new Prices(priced.rates(), book)
                : new Prices(new ModelRates(pinned.card()), book);
    }

    private static String provider(ExchangeFacts facts, ProxyContext context) {
        Upstream upstream = context.routing().named(facts.upstream(), facts.live());
        if (upstream != null && upstream.prices() != null) {
            return upstream.prices();
        }
        for (Dialect dialect : context.dialects()) {
            if (dialect.name().equals(facts.dialect())) {
                return dialect.provider();
            }
        }
        return "";
    }
}
