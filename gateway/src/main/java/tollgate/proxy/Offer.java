package tollgate.proxy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Dialect;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.ModelPlace;
import tollgate.dialect.Refusal;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.identity.KeyIdentity;
import tollgate.metering.HoldPlan;
import tollgate.metering.HoldSettings;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;

/**
 * What one request may cost at each target of its route. A target whose price is not known serves nothing: nothing is free
 * by accident.
 *
 * @param plans of the targets that have a price
 * @param planned for each target the place of its plan; -1: none
 * @param refusal why there is none at all: what is wrong with the first; null where there is one
 */
record Offer(
        List<HoldPlan> plans,
        List<Integer> planned,
        @Nullable Refusal refusal) {
    /** Asks the rate cards. */
    static Offer of(
            ProxyContext context,
            RateBook book,
            Dialect dialect,
            Route route,
            String path,
            RequestReading.Understood read,
            KeyIdentity key,
            Instant at,
            Enforcement enforcement) {
        MeteredRequest request = read.request();
        List<Integer> planned = new ArrayList<>(route.targets().size());
        List<HoldPlan> plans = new ArrayList<>(route.targets().size());
        Refusal first = null;
        Refusal wouldRefuse = null;
        boolean anyGood = false;
        for (Target target : route.targets()) {
            String provider = Objects.requireNonNullElse(target.upstream().prices(), dialect.provider());
            String model = target.asks(request.model());
            Resolution known = book.resolve(provider, model, at);
            Refusal no = model.equals(request.model()) || renames(dialect, path, read, model)
                    ? refusal(known, model, request)
                    : Refusals.unpriced(request.model(), null, null);
            if (no == null && known instanceof Resolution.Priced priced) {
                Refusal frozen = frozen(key, request.model(), model, priced.rates());
                no = enforcement.observes() ? null : frozen;
                wouldRefuse = frozen;
                anyGood |= frozen == null;
            }
            if (no == null && known instanceof Resolution.Priced priced) {
                planned.add(plans.size());
                HoldSettings holds = route.holds();
                plans.add(HoldPlan.of(
                        request,
                        priced.rates(),
                        book,
                        Terms.STANDARD.at(at),
                        Placement.buyer(key),
                        holds,
                        context.typical()));
            } else {
                planned.add(-1);
                first = first == null ? no : first;
            }
        }
        if (enforcement.observes() && wouldRefuse != null && !anyGood) {
            enforcement.note(wouldRefuse);
        }
        if (plans.isEmpty() && first == null) {
            first = Refusals.noUpstream(dialect.name(), key.live());
        }
        return new Offer(plans, planned, plans.isEmpty() ? first : null);
    }

    /** What another name is asked for by: it stands in the path, or where the body can be changed. */
    private static boolean renames(Dialect dialect, String path, RequestReading.Understood read, String model) {
        String renamed = dialect.naming(path, model);
        List<ModelPlace> places = read.models();
        return renamed != null && places != null && !(renamed.equals(path) && places.isEmpty());
    }

    /** A model that is frozen stays so under any name, be it asked for or what a route makes of that. */
    static @Nullable Refusal frozen(KeyIdentity key, String asked, String sent, ModelRates rates) {
        Refusal frozen = CapRefusals.frozen(key, asked, rates.card());
        return frozen != null || sent.equals(asked) ? frozen : CapRefusals.frozen(key, sent, rates.card());
    }

    private static @Nullable Refusal refusal(Resolution known, String model, MeteredRequest request) {
        return switch (known) {
            case Resolution.Unknown unknown -> Refusals.unpriced(model, unknown.nearest(), unknown.periods());
            case Resolution.Priced(ModelRates rates, boolean byDefault)
            when !byDefault && !serves(rates, request) -> Refusals.notPricedFor(request);
            case Resolution.Priced(ModelRates rates, boolean _)
            when !callsPriced(rates, request) -> Refusals.callsNotPriced(request);
            case Resolution.Priced(ModelRates rates, boolean _)
            when !priced(rates, request.asked()) -> Refusals.conditions(request.asked());
            case Resolution.Priced _ -> null;
        };
    }

    /** A tier or region that is asked for, and may cost other than what is usual, has rates of its own. */
    private static boolean priced(ModelRates rates, MeteredRequest.Conditions asked) {
        boolean region = asked.region() == null
                || rates.card().regions().isEmpty()
                || rates.card().regions().containsKey(asked.region());
        // what the provider picks is a tier that it sells
        String tier = Terms.STANDARD.tier(asked.tier()).tier();
        return region && (tier == null || rates.card().tiers().containsKey(tier));
    }

    /** The card is of this kind of work, and has a price for what it makes: nothing is free by accident. */
    private static boolean serves(ModelRates rates, MeteredRequest request) {
        Service service = request.service();
        return service.servedBy(rates.card().service())
                && (!service.freeByCard()
                        || rates.worstCase(1, 1, Terms.STANDARD, Markup.NONE).nano() == 0)
                && (service.free() || rates.prices(UnitClass.INPUT))
                && (!service.answerBills() || rates.prices(UnitClass.OUTPUT));
    }

    /** What the provider's tools are called for has a price. */
    private static boolean callsPriced(ModelRates rates, MeteredRequest request) {
        return request.extent().calls().keySet().stream().allMatch(rates::prices);
    }
}
