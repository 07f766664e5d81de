package tollgate.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Allowance;
import tollgate.dialect.Dialect;
import tollgate.dialect.Refusal;
import tollgate.identity.Cap;
import tollgate.identity.KeyIdentity;
import tollgate.identity.Period;
import tollgate.metering.HoldPlan;
import tollgate.pricing.TokenBundle;
import tollgate.wallet.BundleName;
import tollgate.wallet.CapDemand;
import tollgate.wallet.CapDemands;
import tollgate.wallet.CapUnit;
import tollgate.wallet.Extend;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.OrganisationCounter;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.VolumeName;

/**
 * The caps above one exchange: which apply, what is asked of them, what they hold. Confined to the connection's event
 * loop.
 */
final class ExchangeCaps {
    private final Set<String> models;
    private HoldPlan plan;
    private List<Cap> applying;
    private KeyIdentity key;
    private HeldCaps held = HeldCaps.NONE;
    private List<CapDemand> demands = List.of();
    private List<Allowance> allowances = List.of();
    private long tokens;

    /**
     * Those above an exchange.
     *
     * @param models every name that its model may have: a cap on any of them counts, whatever the client calls it
     */
    ExchangeCaps(KeyIdentity key, HoldPlan plan, Set<String> models) {
        this.plan = plan;
        this.models = models;
        this.key = key;
        this.applying = applying(key);
        this.tokens = plan.wantTokens();
    }

    private List<Cap> applying(KeyIdentity whose) {
        String service = plan.request().service().wireName();
        List<Cap> caps = whose.bounds().caps();
        if (caps.isEmpty()) {
            return caps;
        }
        return caps.stream()
                .filter(cap -> models.stream().anyMatch(model -> cap.appliesTo(service, model)))
                .toList();
    }

    /** The key is known anew, and with it its caps and what the hold has to cover. */
    void resolved(KeyIdentity now, HoldPlan planned) {
        key = now;
        plan = planned;
        applying = applying(now);
    }

    /** Why nothing can be asked of them; null where it can. */
    @Nullable
    Refusal tooMany() {
        return applying.size() <= CapDemands.MOST ? null : CapRefusals.tooMany(applying.size());
    }

    /**
     * What is asked of them.
     *
     * @param nowMs decides which windows are offered
     */
    CapDemands asked(long nowMs) {
        TokenBundle bundle = plan.bundle();
        boolean volume = plan.discount().counts();
        if (applying.isEmpty() && bundle == null && !volume) {
            return CapDemands.NONE;
        }
        List<CapDemand> each = new ArrayList<>(applying.size() + 2);
        Instant now = Instant.ofEpochMilli(nowMs);
        if (bundle != null) {
            each.add(demand(bundle, now));
        }
        if (volume) {
            each.add(volume(now));
        }
        for (Cap cap : applying.subList(0, Math.min(applying.size(), CapDemands.MOST))) {
            each.add(demand(cap, now));
        }
        demands = each;
        List<CapDemands.Covered> covered = plan.covered().stream()
                .map(row -> new CapDemands.Covered(row.tokens(), row.min(), row.want()))
                .toList();
        return new CapDemands(each, plan.minTokens(), plan.wantTokens(), covered);
    }

    /** A bundle is the whole organisation's; no gateway knows an older version of it, for each has files of its own. */
    private CapDemand demand(TokenBundle bundle, Instant now) {
        Period period = Period.valueOf(bundle.per().name());
        String name = new BundleName(key.live(), bundle.per().wireName(), bundle.name()).cap();
        return inWindow(name, key.organisation(), 0, 0, CapUnit.BUNDLE, bundle.tokens(), 0, period, now);
    }

    private CapDemand volume(Instant now) {
        return inWindow(VolumeName.of(key.live()), key.organisation(), 0, 0, CapUnit.VOLUME, 0, 0, Period.MONTH, now);
    }

    private CapDemand demand(Cap cap, Instant now) {
        CapUnit unit = switch (cap.unit()) {
            case USD -> CapUnit.USD;
            case TOKENS -> CapUnit.TOKENS;
            case REQUESTS -> CapUnit.REQUESTS;
            case CONCURRENT -> CapUnit.OPEN;
            case RATE -> CapUnit.RATE;
            case TOKEN_RATE -> CapUnit.TOKEN_RATE;
        };
        return inWindow(
                cap.id(), cap.subject(), cap.version(), cap.reset(), unit, cap.limit(), step(cap), cap.period(), now);
    }

    private CapDemand inWindow(
            String cap,
            String subject,
            long version,
            long reset,
            CapUnit unit,
            long limit,
            long step,
            Period period,
            Instant now) {
        if (step > 0 || period == Period.LIFETIME) {
            return new CapDemand(
                    cap, subject, version, reset, unit, limit, step, 0, CapDemand.NEVER_MS, CapDemand.NEVER_MS);
        }
        Period.Window window = period.at(now, key.bounds().zone());
        return new CapDemand(
                cap,
                subject,
                version,
                reset,
                unit,
                limit,
                step,
                window.start().toEpochMilli(),
                window.end().toEpochMilli(),
                window.nextEnd().toEpochMilli());
    }

    /**
     * What they have to allow for more to be held.
     *
     * @param least the fewest tokens that will do, in all
     * @param wanted the tokens that are wanted, in all
     */
    Extend.Caps increase(long least, long wanted) {
        if (held.equals(HeldCaps.NONE)) {
            return Extend.Caps.NONE;
        }
        List<Extend.Known> known = new ArrayList<>();
        for (int i = 0; i < held.counters().size(); i++) {
            String counter = held.counters().get(i);
            if (OrganisationCounter.is(counter)) {
                // a bundle set aside all that it could have at the place, and a volume refuses nothing
                known.add(new Extend.Known(0, 0));
            } else {
                Cap cap = named(i);
                known.add(new Extend.Known(cap.version(), cap.limit()));
            }
        }
        return new Extend.Caps(held, known, least, wanted);
    }

    /** One of those that hold it: as it is known now, or where it was removed, as it was. */
    Cap named(int index) {
        String counter = held.counters().get(index);
        return Stream.concat(key.bounds().caps().stream(), applying.stream())
                .filter(cap -> counter.equals(cap.id() + ":" + cap.subject()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no cap was ever known as " + counter));
    }

    /** Which caps the key has is known anew; those that hold the exchange stay. */
    void known(KeyIdentity now) {
        key = now;
    }

    /** They hold more by now. */
    void extended(HeldCaps more) {
        held = more;
    }

    private static long step(Cap cap) {
        return switch (cap.unit()) {
            case RATE -> cap.period().lengthMs();
            case TOKEN_RATE -> cap.period().bucketMs();
            case CONCURRENT -> 0;
            case USD, TOKENS, REQUESTS -> cap.rolling() ? cap.period().bucketMs() : 0;
        };
    }

    /** The cap of a demand: a bundle and a volume are asked before them, and refuse nothing. */
    private Cap cap(int index) {
        return applying.get(index - (demands.size() - Math.min(applying.size(), CapDemands.MOST)));
    }

    /** They hold their part. */
    void placed(PlaceResult.Placed placed) {
        allowances = Allowances.of(this::cap, demands, placed);
        held = placed.caps();
        if (!held.equals(HeldCaps.NONE)) {
            tokens = placed.tokens();
        }
    }

    /** What they hold. */
    HeldCaps held() {
        return held;
    }

    /** How many tokens they allow. */
    long tokens() {
        return tokens;
    }

    /** One of them refused. */
    Refusal reached(PlaceResult.CapReached reached) {
        Cap cap = cap(reached.index());
        allowances = Allowances.of(cap, demands.get(reached.index()), reached);
        return switch (cap.unit()) {
            case CONCURRENT, RATE, TOKEN_RATE -> LimitRefusals.reached(cap, reached, plan);
            case USD, TOKENS, REQUESTS -> CapRefusals.reached(cap, reached, plan);
        };
    }

    /** Tells what they have left in the head of an answer. */
    void tell(Dialect dialect, HttpHeaders head) {
        for (Allowance left : allowances) {
            dialect.tell(left, head::set);
        }
    }
}
