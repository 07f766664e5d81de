package tollgate.metering;

import java.util.Objects;
import tollgate.metering.Settlement.Payer;
import tollgate.pricing.Charge;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Terms;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/**
 * Decides what a wallet pays for an exchange, however it ended. Pure; immutable and thread-safe.
 *
 * <p>The upstream's report wins, and a reported zero is zero. Without one, or for the half that it does not tell, what was consumed is estimated, flagged, and
 * never more than was held. Where the client got nothing that it could use and will try again, the operator pays.
 */
public final class WhoPays {
    private static final Usd LARGEST = new Usd(Usd.MAX_NANO);

    private final HoldSettings settings;

    /** Decides by these settings, and each exchange by the prices that it was planned with. */
    public WhoPays(HoldSettings settings) {
        this.settings = settings;
    }

    /**
     * Settles an exchange.
     *
     * @param plan what its hold was planned for
     * @param held what was set aside for it
     * @param ending how it ended
     * @param observed what its answer said
     */
    public Settlement settle(HoldPlan plan, Usd held, Ending ending, Observed observed) {
        Settlement settled = decide(plan, held, ending, observed);
        return plan.request().service().free() ? free(plan, settled) : settled;
    }

    /**
     * What an upstream may bill for a request that it had whole, and of whose answer the client has nothing: what it
     * reported, else an estimate of the prompt and what came. Who asked is not charged for it.
     */
    public Billed unusable(HoldPlan plan, Observed observed) {
        Settlement ours = settle(plan, Usd.ZERO, new Ending.UpstreamCut(false), observed);
        return new Billed(ours.cost(), ours.estimated());
    }

    /**
     * What an upstream bills for one attempt.
     *
     * @param estimated it did not say so itself
     */
    public record Billed(Usd cost, boolean estimated) {
        /** Nothing. */
        public static final Billed NOTHING = new Billed(Usd.ZERO, false);
    }

    private Settlement decide(HoldPlan plan, Usd held, Ending ending, Observed observed) {
        return switch (ending) {
            case Ending.Complete() -> complete(plan, held, observed);
            case Ending.NotForwarded(Ending.Reason why) -> operatorPays(why.ended(), plan, Usage.NONE, false);
            case Ending.UpstreamFailed() -> operatorPays(Ended.UPSTREAM_FAILED, plan, Usage.NONE, false);
            case Ending.UpstreamRefused() -> refused(plan, observed);
            case Ending.UpstreamGarbled() -> operatorPays(Ended.UPSTREAM_GARBLED, plan, observed);
            case Ending.UpstreamCut(boolean released) -> cut(Ended.UPSTREAM_CUT, plan, held, observed, released);
            case Ending.ClientGone(boolean requestSent) -> clientGone(plan, held, observed, requestSent);
            case Ending.Stopped(Ending.Reason why, boolean released)
            when why == Ending.Reason.FUNDS_ENDED -> fundsEnded(plan, held, observed, released);
            case Ending.Stopped(Ending.Reason why, boolean released) ->
                cut(why.ended(), plan, held, observed, released);
        };
    }

    private Settlement complete(HoldPlan plan, Usd held, Observed observed) {
        Usage reported = observed.usage();
        if (reported != null) {
            Usage whole = ConsumedPortion.completed(plan, observed, true, reported);
            return walletPays(
                    observed.error() ? Ended.UPSTREAM_ERROR : Ended.COMPLETE,
                    plan,
                    held,
                    observed,
                    whole,
                    observed.half() || MachineTime.untold(plan, reported));
        }
        if (observed.error()) {
            return observed.contentBytes() == 0
                    ? operatorPays(Ended.UPSTREAM_ERROR, plan, Usage.NONE, false)
                    : consumed(Ended.UPSTREAM_ERROR, plan, held, observed, true);
        }
        return observed.events() == 0 && observed.contentBytes() == 0
                ? operatorPays(Ended.UPSTREAM_GARBLED, plan, observed)
                : consumed(Ended.COMPLETE, plan, held, observed, true);
    }

    private Settlement cut(Ended ended, HoldPlan plan, Usd held, Observed observed, boolean released) {
        return released ? consumed(ended, plan, held, observed, true) : operatorPays(ended, plan, observed);
    }

    /** There was no more to hold, so no more is taken: of a report that goes beyond that only part was delivered. */
    private Settlement fundsEnded(HoldPlan plan, Usd held, Observed observed, boolean released) {
        Settlement reported = cut(Ended.FUNDS_ENDED, plan, held, observed, released);
        return reported.total().compareTo(held) <= 0
                ? reported
                : cut(Ended.FUNDS_ENDED, plan, held, observed.unreported(), released);
    }

    private Settlement clientGone(HoldPlan plan, Usd held, Observed observed, boolean requestSent) {
        boolean nothingMade = observed.contentBytes() == 0 && observed.usage() == null;
        // the upstream bills neither what it did not have whole nor what it reported an error for
        return nothingMade && (!requestSent || observed.error())
                ? operatorPays(Ended.CLIENT_GONE, plan, Usage.NONE, false)
                : consumed(Ended.CLIENT_GONE, plan, held, observed, requestSent);
    }

    /** What was reported, and an estimate of what came after the report. */
    private Settlement consumed(Ended ended, HoldPlan plan, Usd held, Observed observed, boolean prompt) {
        Usage reported = observed.usage();
        return reported != null && !observed.half() && observed.contentBytes() <= observed.contentBytesAtUsage()
                ? walletPays(ended, plan, held, observed, reported, false)
                : walletPays(ended, plan, held, observed, ConsumedPortion.of(plan, observed, prompt), true);
    }

    private Settlement walletPays(
            Ended ended, HoldPlan plan, Usd held, Observed observed, Usage usage, boolean estimated) {
        Terms terms = terms(plan, observed);
        ModelRates rates = plan.book().settling(plan.rates(), observed.model(), terms.at());
        Markup markup = plan.markup(rates);
        Usage counted = rates.countingRequest(MachineTime.counted(rates, usage));
        Usage reported =
                observed.usage() == null ? null : rates.countingRequest(MachineTime.counted(rates, observed.usage()));
        Usage explained = rates.chargeable(counted, terms, markup) ? counted : Usage.NONE;
        Usd said = estimated ? null : observed.cost();
        PaidFor paidFor = plan.paidFor();
        // what a bundle leaves of a request is told by the cards: nobody says what its part of the cost is
        boolean asSaid = said != null && paidFor.tokens() == 0;
        Discount discount = plan.discount();
        Charge charge = discount.of(
                asSaid
                        ? rates.explain(explained, terms, markup, Objects.requireNonNull(said))
                        : paidFor.explain(rates, explained, terms, markup));
        Usd owed = asSaid
                ? charge.charge()
                : reported == null ? Usd.ZERO : amount(paidFor, discount, rates, reported, terms, markup);
        Usd certain = least(owed, absurdAbove(rates, terms, markup, held));
        Usd total = estimated
                ? least(amount(paidFor, discount, rates, counted, terms, markup), most(held, certain))
                : certain;
        return new Settlement(
                ended,
                Payer.WALLET,
                rates,
                markup,
                counted,
                charge,
                total,
                most(Usd.ZERO, total.minus(held)),
                most(Usd.ZERO, owed.minus(total)),
                said != null ? said : amount(PaidFor.NOTHING, Discount.NONE, rates, counted, terms, Markup.NONE),
                estimated,
                estimated ? plan.ratio().reason() : null);
    }

    /** H39: twice the hold, a context full of the dearest tokens, or the overrun a wallet may have; whichever is most. */
    private Usd absurdAbove(ModelRates rates, Terms terms, Markup markup, Usd held) {
        Usd twice = held.nano() > Usd.MAX_NANO / 2 ? LARGEST : held.plus(held);
        long context = rates.limits().context();
        Usd prompt = rates.worstCase(context, 0, terms, markup);
        Usd answer = rates.worstCase(context, context, terms, markup).minus(prompt);
        return most(most(twice, settings.maxOverrun()), most(prompt, answer));
    }

    /** As asked for, where the answer does not say what it got. */
    private static Terms terms(HoldPlan plan, Observed observed) {
        Terms terms = observed.tier() == null ? plan.terms() : plan.terms().tier(observed.tier());
        return observed.region() == null ? terms : terms.region(observed.region());
    }

    /** What nobody bills: it is recorded how it ended, and that it cost nothing. */
    private static Settlement free(HoldPlan plan, Settlement settled) {
        return new Settlement(
                settled.ended(),
                settled.payer(),
                settled.rates(),
                settled.markup(),
                Usage.NONE,
                settled.rates().explain(Usage.NONE, plan.terms(), plan.markup()),
                Usd.ZERO,
                Usd.ZERO,
                Usd.ZERO,
                Usd.ZERO,
                false,
                null);
    }

    private Settlement refused(HoldPlan plan, Observed observed) {
        Usage reported = observed.usage();
        return operatorPays(Ended.UPSTREAM_REFUSED, plan, reported == null ? Usage.NONE : reported, false);
    }

    private Settlement operatorPays(Ended ended, HoldPlan plan, Observed observed) {
        Usage reported = observed.usage();
        return reported == null || observed.half()
                ? operatorPays(ended, plan, ConsumedPortion.of(plan, observed, true), true)
                : operatorPays(ended, plan, reported, false);
    }

    private static Settlement operatorPays(Ended ended, HoldPlan plan, Usage billed, boolean estimated) {
        ModelRates rates = plan.rates();
        return new Settlement(
                ended,
                Payer.OPERATOR,
                rates,
                plan.markup(),
                Usage.NONE,
                rates.explain(Usage.NONE, plan.terms(), plan.markup()),
                Usd.ZERO,
                Usd.ZERO,
                Usd.ZERO,
                amount(PaidFor.NOTHING, Discount.NONE, rates, billed, plan.terms(), Markup.NONE),
                estimated,
                null);
    }

    /** What a usage comes to; the largest amount where it is beyond that. */
    static Usd amount(PaidFor paidFor, Discount discount, ModelRates rates, Usage usage, Terms terms, Markup markup) {
        if (!rates.chargeable(usage, terms, markup)) {
            return LARGEST;
        }
        return discount.none()
                ? paidFor.amount(rates, usage, terms, markup)
                : discount.of(paidFor.explain(rates, usage, terms, markup)).charge();
    }

    private static Usd least(Usd a, Usd b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static Usd most(Usd a, Usd b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
