package tollgate.account;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tollgate.identity.Period;
import tollgate.pricing.BundleRules;
import tollgate.pricing.Buyer;
import tollgate.pricing.RateBook;
import tollgate.pricing.TokenBundle;
import tollgate.wallet.BundleName;
import tollgate.wallet.CapCounter;
import tollgate.wallet.ControlPort;

/**
 * What organisations have left of their bundles of tokens, by the price files in force at this gateway and in the windows that now
 * are in. Thread-safe; blocks.
 */
public final class BundlesLeft {
    private final ControlPort control;
    private final Supplier<RateBook> prices;

    /** Of these prices, and what Redis counts. */
    public BundlesLeft(ControlPort control, Supplier<RateBook> prices) {
        this.control = control;
        this.prices = prices;
    }

    /**
     * Whose they are.
     *
     * @param shard of the organisation
     * @param zone its days, weeks and months are in
     */
    public record Owner(String organisation, @Nullable String plan, int shard, ZoneId zone) {}

    /**
     * One of them.
     *
     * @param model a pattern; null: any
     * @param counted anything was ever set aside of it
     * @param tokens in each period
     * @param resets when the period ends; null: never
     */
    public record Left(
            String name,
            String per,
            @Nullable String model,
            boolean counted,
            long tokens,
            long used,
            long held,
            @Nullable Instant resets) {
        /** What nothing has used or set aside. */
        public long left() {
            return Math.max(0, tokens - used - held);
        }
    }

    /**
     * Each bundle that an organisation has.
     *
     * @param live of real money; otherwise the sandbox's
     */
    public List<Left> of(Owner owner, boolean live) {
        List<Left> all = new ArrayList<>();
        Instant now = Instant.ofEpochMilli(control.nowMs());
        for (BundleRules.Rule rule : prices.get().bundles().had(new Buyer(owner.organisation, owner.plan))) {
            all.add(left(rule, owner, live, now));
        }
        return all;
    }

    private Left left(BundleRules.Rule rule, Owner owner, boolean live, Instant now) {
        TokenBundle bundle = rule.bundle();
        String cap = new BundleName(live, bundle.per().wireName(), bundle.name()).cap();
        Optional<CapCounter> counter = control.caps().find(owner.shard, cap + ":" + owner.organisation);
        boolean ever = bundle.per() == TokenBundle.Per.LIFETIME;
        Period.Window window = ever ? null : Period.valueOf(bundle.per().name()).at(now, owner.zone);
        long start = window == null ? 0 : window.start().toEpochMilli();
        return new Left(
                bundle.name(),
                bundle.per().wireName(),
                rule.whom().model(),
                counter.isPresent(),
                bundle.tokens(),
                counter.map(one -> one.spent().getOrDefault(start, 0L)).orElse(0L),
                counter.map(one -> one.held().getOrDefault(start, 0L)).orElse(0L),
                window == null ? null : window.end());
    }
}
