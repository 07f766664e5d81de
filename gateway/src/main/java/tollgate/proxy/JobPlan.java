package tollgate.proxy;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.dialect.Dialect;
import tollgate.journal.ExchangeFacts;
import tollgate.metering.Discount;
import tollgate.metering.HoldPlan;
import tollgate.metering.PaidFor;
import tollgate.pricing.Buyer;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Rate;
import tollgate.pricing.RateBook;
import tollgate.pricing.RateCard;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;

/**
 * By which prices a job is settled whose gateway is gone: those it began with. The cards in force say the same where nothing has
 * changed, and know other models that may have answered; else the prices that are kept with it count. Stateless.
 */
final class JobPlan {
    private static final Logger LOG = LoggerFactory.getLogger(JobPlan.class);

    private static final String NO_PRICE = "no price is known any more: settled at nothing";

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
        RateCard free = free(model);
        return new Prices(new ModelRates(free), RateBook.of(List.of(free)));
    }

    /** Nothing of it costs anything, whatever is reported. */
    private static RateCard free(String model) {
        Map<UnitClass, Rate> nothing = new EnumMap<>(UnitClass.class);
        for (UnitClass unit : UnitClass.values()) {
            nothing.put(unit, Rate.each("0"));
        }
        return RateCard.named(model).rates(nothing).note(NO_PRICE).build();
    }

    /** What has to be said of a plan; null: nothing. */
    static @Nullable String trouble(HoldPlan plan) {
        return plan.rates().card().note().equals(NO_PRICE) ? NO_PRICE : null;
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
