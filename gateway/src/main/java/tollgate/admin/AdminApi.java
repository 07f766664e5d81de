package tollgate.admin;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tollgate.account.AccountDesk;
import tollgate.books.Accounts;
import tollgate.books.Bookkeeper;
import tollgate.books.Reconciliation;
import tollgate.books.Treasury;
import tollgate.books.Verification;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;
import tollgate.records.Keys;
import tollgate.records.Ledger;
import tollgate.records.Page;
import tollgate.records.Records;
import tollgate.records.Turn;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.WalletState;
import tools.jackson.databind.json.JsonMapper;

/** What the control plane's API answers, whatever carries it. Thread-safe; blocks. */
final class AdminApi {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Office office;
    private final DirectoryRoutes directory;
    private final CapDesk caps;
    private final Records records;
    private final ControlPort control;
    private final Verification verification;
    private final Reconciliation reconciliation;
    private final SuspenseApi suspense;
    private final GrantRoutes grants;
    private final Supplier<List<Map<String, @Nullable Object>>> upstreams;
    private final FreezeRoutes freezes;
    private final BundleRoutes bundles;
    private final Clock clock;

    AdminApi(
            Office office,
            DirectoryRoutes directory,
            CapDesk caps,
            Records records,
            ControlPort control,
            Verification verification,
            Reconciliation reconciliation,
            SuspenseApi suspense,
            Supplier<List<Map<String, @Nullable Object>>> upstreams,
            Clock clock) {
        this.upstreams = upstreams;
        this.directory = directory;
        this.caps = caps;
        this.office = office;
        this.records = records;
        this.control = control;
        this.verification = verification;
        this.reconciliation = reconciliation;
        this.suspense = suspense;
        this.grants = new GrantRoutes(office, records, control, clock);
        this.freezes = new FreezeRoutes(office, records, control, clock);
        this.bundles = new BundleRoutes(office, control);
        this.clock = clock;
    }

    /** Every route there is; the API's description holds the same. */
    List<Route> routes() {
        List<Route> all = new ArrayList<>(wallets());
        all.addAll(grants.routes());
        all.addAll(directory.routes());
        all.addAll(freezes.routes());
        all.addAll(new ApprovalRoutes(office, records, clock).routes());
        all.addAll(new StatementRoutes(
                        office, records, new Bookkeeper(records, control, clock), new Accounts(records), clock)
                .routes());
        all.addAll(caps());
        all.addAll(bundles.routes());
        all.addAll(new MoveRoutes(office, records, clock).routes());
        return all;
    }

    private List<Route> caps() {
        return List.of(
                Route.get("/admin/v1/caps", caps::list, "organization", "after", "limit"),
                Route.post("/admin/v1/caps", 200, caps::set),
                Route.get("/admin/v1/caps/{id}", asked -> caps.show(asked.id())),
                Route.post("/admin/v1/caps/{id}", 200, caps::change),
                Route.bare("/admin/v1/caps/{id}/reset", 200, asked -> caps.reset(asked.id())),
                Route.delete("/admin/v1/caps/{id}", asked -> caps.remove(asked.id())));
    }

    private List<Route> wallets() {
        return List.of(
                Route.get("/admin/v1/wallets", this::listWallets, "after", "limit"),
                Route.post("/admin/v1/wallets", 201, this::createWallet),
                Route.get("/admin/v1/wallets/{id}", asked -> shown(asked.id())),
                Route.get("/admin/v1/wallets/{id}/entries", this::entries, "after", "limit"),
                Route.post("/admin/v1/top_ups", 200, this::topUp),
                Route.post("/admin/v1/adjustments", 200, this::adjust),
                Route.get("/admin/v1/keys", this::listKeys, "wallet", "after", "limit"),
                Route.post("/admin/v1/keys", 201, this::createKey),
                Route.bare(
                        "/admin/v1/keys/{id}/rotate", 201, asked -> secret(office.rotateKey(asked.id(), asked.turn()))),
                Route.delete("/admin/v1/keys/{id}", asked -> Json.key(office.revokeKey(asked.id()))),
                Route.get("/admin/v1/exchanges", this::listExchanges, "wallet", "since", "until", "after", "limit"),
                Route.get("/admin/v1/exchanges/{id}", asked -> exchange(asked.id())),
                Route.get("/admin/v1/upstreams", asked -> page(upstreams.get(), null)),
                Route.get("/admin/v1/suspense", asked -> suspense.list(asked), "state", "after", "limit"),
                Route.post("/admin/v1/suspense/{id}/settle", 200, asked -> suspense.settle(asked)),
                Route.post("/admin/v1/suspense/{id}/drop", 200, asked -> suspense.drop(asked)),
                Route.get("/admin/v1/verify", asked -> verification.run()),
                Route.get(
                        "/admin/v1/wallets/{id}/reconciliation",
                        asked -> reconciliation.of(office.wallet(asked.id()))));
    }

    private Object listWallets(Asked asked) {
        Page<Wallets.Wallet> page = records.wallets().list(asked.after(), asked.limit());
        return page(
                page.data().stream().map(each -> Json.wallet(each, money(each))).toList(), page.next());
    }

    private Object createWallet(Asked asked) {
        Fields fields = Fields.read(asked.body(), "name", "organization", "test");
        String organisation = fields.optional("organization");
        Turn turn = asked.turn();
        Wallets.Wallet wallet = office.createWallet(
                organisation == null ? Office.DEFAULT_ORGANISATION : organisation,
                fields.text("name"),
                !fields.flag("test"),
                asked.actor(),
                turn == null ? Ids.next("") : turn.name());
        return Json.wallet(wallet, money(wallet));
    }

    private Object shown(String id) {
        Wallets.Wallet wallet = office.wallet(id);
        Map<String, @Nullable Object> json = Json.wallet(wallet, money(wallet));
        json.put("grants", grants.active(wallet));
        return json;
    }

    private Optional<WalletState> money(Wallets.Wallet wallet) {
        return control.wallet(Treasury.address(wallet));
    }

    private Object entries(Asked asked) {
        String id = office.wallet(asked.id()).id();
        int most = asked.limit();
        List<Ledger.Entry> rows = records.ledger().ofWallet(id, asked.afterNumber(), most);
        String next = rows.size() < most ? null : Long.toString(rows.getLast().seq());
        return page(rows.stream().map(Json::entry).toList(), next);
    }

    private Object topUp(Asked asked) {
        Fields fields = Fields.read(asked.body(), "wallet", "amount", "reference");
        Usd amount = fields.amount("amount", false);
        Usd balance = office.topUp(fields.text("wallet"), amount, fields.text("reference"), asked.actor());
        Map<String, @Nullable Object> json = moved(fields, amount);
        json.put("balance", balance.toString());
        return json;
    }

    private Object adjust(Asked asked) {
        Fields fields = Fields.read(asked.body(), "wallet", "amount", "reference", "force");
        Usd amount = fields.amount("amount", true);
        Office.Moved moved = office.correctAs(
                asked.actor(), fields.text("wallet"), amount, fields.flag("force"), fields.text("reference"));
        Map<String, @Nullable Object> json = moved(fields, amount);
        json.putAll(ApprovalRoutes.outcome(moved));
        return json;
    }

    private static Map<String, @Nullable Object> moved(Fields fields, Usd amount) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("wallet", fields.text("wallet"));
        json.put("amount", amount.toString());
        json.put("reference", fields.text("reference"));
        return json;
    }

    private Object listKeys(Asked asked) {
        String wallet = asked.query("wallet");
        if (!wallet.isEmpty()) {
            office.wallet(wallet);
        }
        Page<Keys.Key> page = records.keys().list(wallet, asked.after(), asked.limit());
        return page(page.data().stream().map(Json::key).toList(), page.next());
    }

    private Object createKey(Asked asked) {
        Fields fields = Fields.read(asked.body(), "wallet", "name", "member", "project", "allowed_models", "expires");
        String name = fields.optional("name");
        KeyWish wish = new KeyWish(
                fields.text("wallet"),
                name == null ? "" : name,
                fields.optional("member"),
                fields.optional("project"),
                fields.texts("allowed_models"),
                fields.moment("expires", clock.instant()));
        return secret(office.createKey(wish, asked.turn()));
    }

    private static Object secret(Office.NewKey made) {
        Map<String, @Nullable Object> json = Json.key(made.key());
        json.put("secret", made.secret());
        return json;
    }

    private Object listExchanges(Asked asked) {
        String wallet = asked.query("wallet");
        if (wallet.isEmpty()) {
            throw Problem.invalid("wallet: missing");
        }
        int most = asked.limit();
        String after = asked.after();
        List<Exchanges.Exchange> rows = records.exchanges()
                .between(
                        office.wallet(wallet).id(),
                        asked.moment("since", Instant.EPOCH).toEpochMilli(),
                        asked.moment("until", Asked.NO_END).toEpochMilli(),
                        after.isEmpty() ? null : found(after),
                        most);
        return page(
                rows.stream().map(Json::exchange).toList(),
                rows.size() < most ? null : rows.getLast().id());
    }

    private Exchanges.Exchange found(String id) {
        return records.exchanges().find(id).orElseThrow(() -> Problem.notFound("exchange '" + Shown.text(id) + "'"));
    }

    private Object exchange(String id) {
        return MAPPER.readTree(
                AccountDesk.forOperator(found(id), records.ledger().allOfExchange(id)));
    }

    /** Some rows, and where the next ones begin. */
    static Map<String, @Nullable Object> page(List<?> data, @Nullable String next) {
        Map<String, @Nullable Object> page = new LinkedHashMap<>();
        page.put("data", data);
        page.put("next", next);
        return page;
    }
}
