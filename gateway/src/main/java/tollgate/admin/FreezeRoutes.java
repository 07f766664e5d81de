package tollgate.admin;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.books.Treasury;
import tollgate.records.Audit;
import tollgate.records.ModelFreezes;
import tollgate.records.Page;
import tollgate.records.Records;
import tollgate.records.Turn;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;

/**
 * The control plane's routes about what admits nothing new: organisations, wallets, keys and models; and who said so.
 * Thread-safe; blocks.
 */
final class FreezeRoutes {
    private final Office office;
    private final Records records;
    private final ControlPort control;
    private final Clock clock;

    FreezeRoutes(Office office, Records records, ControlPort control, Clock clock) {
        this.office = office;
        this.records = records;
        this.control = control;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/admin/v1/organizations/{id}/freeze", 200, asked -> organisation(asked, true)),
                Route.post("/admin/v1/organizations/{id}/unfreeze", 200, asked -> organisation(asked, false)),
                Route.post("/admin/v1/wallets/{id}/freeze", 200, asked -> wallet(asked, "frozen")),
                Route.post("/admin/v1/wallets/{id}/unfreeze", 200, asked -> wallet(asked, "active")),
                Route.post("/admin/v1/keys/{id}/freeze", 200, asked -> key(asked, true)),
                Route.post("/admin/v1/keys/{id}/unfreeze", 200, asked -> key(asked, false)),
                Route.get("/admin/v1/model_freezes", this::models, "organization", "after", "limit"),
                Route.post("/admin/v1/model_freezes", 200, this::freezeModel),
                Route.post("/admin/v1/model_freezes/{id}/lift", 200, this::liftModel),
                Route.get("/admin/v1/audit", this::audit, "subject", "after", "limit"));
    }

    /** Who asks it, and why, if they say so. */
    private Audit.Word word(Asked asked) {
        String reason = asked.body().isEmpty()
                ? null
                : Fields.read(asked.body(), "reason").optional("reason");
        return word(asked, reason);
    }

    private Audit.Word word(Asked asked, @Nullable String reason) {
        return new Audit.Word(asked.actor(), reason == null ? "" : reason, clock.millis());
    }

    private Object organisation(Asked asked, boolean frozen) {
        return DirectoryRoutes.json(office.directory().freeze(asked.id(), frozen, word(asked)));
    }

    private Object wallet(Asked asked, String state) {
        Wallets.Wallet wallet = office.setState(asked.id(), state, word(asked));
        return Json.wallet(wallet, control.wallet(Treasury.address(wallet)));
    }

    private Object key(Asked asked, boolean frozen) {
        return Json.key(office.freezeKey(asked.id(), frozen, word(asked)));
    }

    private Object models(Asked asked) {
        String organisation = asked.query("organization");
        String of = organisation.isEmpty()
                ? ""
                : office.directory().organisation(organisation).id();
        Page<ModelFreezes.Frozen> page = records.modelFreezes().list(of, asked.after(), asked.limit());
        return AdminApi.page(page.data().stream().map(FreezeRoutes::json).toList(), page.next());
    }

    private Object freezeModel(Asked asked) {
        Fields fields = Fields.read(asked.body(), "model", "organization", "reason");
        Turn turn = asked.turn();
        return json(office.directory()
                .freezeModel(
                        fields.optional("organization"),
                        fields.text("model"),
                        turn == null ? Ids.next("f_") : "f_" + turn.name(),
                        word(asked, fields.optional("reason"))));
    }

    private Object liftModel(Asked asked) {
        return json(office.directory().liftModel(asked.id(), word(asked)));
    }

    private static Map<String, @Nullable Object> json(ModelFreezes.Frozen frozen) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", frozen.id());
        json.put("model", frozen.model());
        json.put("organization", frozen.organisation().isEmpty() ? null : frozen.organisation());
        json.put("reason", frozen.reason().isEmpty() ? null : frozen.reason());
        json.put("actor", frozen.actor());
        json.put("created", Json.moment(frozen.createdMs()));
        return json;
    }

    private Object audit(Asked asked) {
        Page<Audit.Entry> page = records.audit().list(asked.query("subject"), asked.after(), asked.limit());
        return AdminApi.page(page.data().stream().map(FreezeRoutes::json).toList(), page.next());
    }

    private static Map<String, @Nullable Object> json(Audit.Entry entry) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", entry.id());
        json.put("at", Json.moment(entry.atMs()));
        json.put("actor", entry.actor());
        json.put("action", entry.action());
        json.put("subject", entry.subject());
        json.put("reason", entry.reason().isEmpty() ? null : entry.reason());
        return json;
    }
}
