package tollgate.admin;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tollgate.identity.Period;
import tollgate.pricing.BundleRules;
import tollgate.pricing.Buyer;
import tollgate.pricing.TokenBundle;
import tollgate.records.Organisations;
import tollgate.wallet.BundleName;
import tollgate.wallet.CapCounter;
import tollgate.wallet.ControlPort;

/** The control plane's route about what organisations have left of their bundles of tokens. Thread-safe; blocks. */
final class BundleRoutes {
    private final Office office;
    private final ControlPort control;

    BundleRoutes(Office office, ControlPort control) {
        this.office = office;
        this.control = control;
    }

    List<Route> routes() {
        return List.of(Route.get("/admin/v1/organizations/{id}/bundles", this::list, "after", "limit"));
    }

    /** All of the files in force here, in the window that now is in; the sandbox's where they were ever used. */
    private Object list(Asked asked) {
        Directory directory = office.directory();
        Organisations.Organisation of = directory.organisation(asked.id());
        Instant now = Instant.ofEpochMilli(control.nowMs());
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (BundleRules.Rule rule : directory.prices().bundles().had(new Buyer(of.id(), of.plan()))) {
            for (boolean live : new boolean[] {true, false}) {
                Optional<CapCounter> counter = counter(of, rule.bundle(), live);
                if (live || counter.isPresent()) {
                    all.add(json(rule, live, counter.orElse(null), now, ZoneId.of(of.zone())));
                }
            }
        }
        return AdminApi.page(all, null);
    }

    private Optional<CapCounter> counter(Organisations.Organisation of, TokenBundle bundle, boolean live) {
        String cap = new BundleName(live, bundle.per().wireName(), bundle.name()).cap();
        return control.caps().find(of.shard(), cap + ":" + of.id());
    }

    private static Map<String, @Nullable Object> json(
            BundleRules.Rule rule, boolean live, @Nullable CapCounter counter, Instant now, ZoneId zone) {
        TokenBundle bundle = rule.bundle();
        boolean ever = bundle.per() == TokenBundle.Per.LIFETIME;
        Period.Window window = ever ? null : Period.valueOf(bundle.per().name()).at(now, zone);
        long start = window == null ? 0 : window.start().toEpochMilli();
        long used = counter == null ? 0 : counter.spent().getOrDefault(start, 0L);
        long held = counter == null ? 0 : counter.held().getOrDefault(start, 0L);
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", bundle.name());
        json.put("per", bundle.per().wireName());
        json.put("model", rule.whom().model());
        json.put("live", live);
        json.put("tokens", bundle.tokens());
        json.put("used", used);
        json.put("held", held);
        json.put("left", Math.max(0, bundle.tokens() - used - held));
        json.put("resets", window == null ? null : window.end().toString());
        return json;
    }
}
