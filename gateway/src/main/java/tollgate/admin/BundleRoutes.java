package tollgate.admin;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.account.BundlesLeft;
import tollgate.records.Organisations;
import tollgate.wallet.ControlPort;

/** The control plane's route about what organisations have left of their bundles of tokens. Thread-safe; blocks. */
final class BundleRoutes {
    private final Office office;
    private final BundlesLeft bundles;

    BundleRoutes(Office office, ControlPort control) {
        this.office = office;
        this.bundles = new BundlesLeft(control, () -> office.directory().prices());
    }

    List<Route> routes() {
        return List.of(Route.get("/admin/v1/organizations/{id}/bundles", this::list, "after", "limit"));
    }

    /** All of the files in force here; the sandbox's where they were ever used. */
    private Object list(Asked asked) {
        Organisations.Organisation of = office.directory().organisation(asked.id());
        BundlesLeft.Owner owner = new BundlesLeft.Owner(of.id(), of.plan(), of.shard(), ZoneId.of(of.zone()));
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (boolean live : new boolean[] {true, false}) {
            for (BundlesLeft.Left bundle : bundles.of(owner, live)) {
                if (live || bundle.counted()) {
                    all.add(json(bundle, live));
                }
            }
        }
        return AdminApi.page(all, null);
    }

    private static Map<String, @Nullable Object> json(BundlesLeft.Left bundle, boolean live) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", bundle.name());
        json.put("per", bundle.per());
        json.put("model", bundle.model());
        json.put("live", live);
        json.put("tokens", bundle.tokens());
        json.put("used", bundle.used());
        json.put("held", bundle.held());
        json.put("left", bundle.left());
        json.put("resets", bundle.resets() == null ? null : bundle.resets().toString());
        return json;
    }
}
