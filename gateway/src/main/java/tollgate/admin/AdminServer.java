package tollgate.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.lettuce.core.RedisException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.account.AccountDesk;
import tollgate.books.Treasury;
import tollgate.books.Verification;
import tollgate.identity.ApiKey;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;
import tollgate.records.Keys;
import tollgate.records.Ledger;
import tollgate.records.Page;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.WalletState;
import tools.jackson.databind.json.JsonMapper;

/** The control plane's API over HTTP. Thread-safe. */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String ACTOR = "admin";
    private static final int PAGE = 100;
    private static final int MOST = 1_000;

    private final WebServer server;
    private final Office office;
    private final Records records;
    private final ControlPort control;
    private final Verification verification;
    private final List<String> keys;

    private AdminServer(
            InetSocketAddress address,
            List<String> keys,
            Office office,
            Records records,
            ControlPort control,
            Verification verification,
            Supplier<String> metrics,
            Supplier<@Nullable String> notReady) {
        this.office = office;
        this.records = records;
        this.control = control;
        this.verification = verification;
        this.keys = List.copyOf(keys);
        this.server = WebServer.builder()
                .host(address.getHostString())
                .port(address.getPort())
                .shutdownHook(false)
                .routing(routes -> routes(routes, metrics, notReady))
                .build()
                .start();
    }

    /**
     * Starts listening.
     *
     * @param keys the keys that may do everything
     */
    public static AdminServer start(
            InetSocketAddress address,
            List<String> keys,
            Office office,
            Records records,
            ControlPort control,
            Verification verification,
            Supplier<String> metrics,
            Supplier<@Nullable String> notReady) {
        return new AdminServer(address, keys, office, records, control, verification, metrics, notReady);
    }

    /** The port it is bound to. */
    public int port() {
        return server.port();
    }

    private void routes(HttpRouting.Builder routes, Supplier<String> metrics, Supplier<@Nullable String> notReady) {
        routes.get("/healthz", (request, response) -> response.send("ok"))
                .get("/readyz", (request, response) -> ready(response, notReady.get()))
                .get(
                        "/metrics",
                        (request, response) -> response.header(
                                        HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                                .send(metrics.get()))
                .any("/admin/*", this::identify)
                .get("/admin/v1/wallets", (request, response) -> json(response, 200, listWallets(request)))
                .post("/admin/v1/wallets", (request, response) -> json(response, 201, createWallet(request)))
                .get("/admin/v1/wallets/{id}", (request, response) -> json(response, 200, shown(id(request))))
                .post(
                        "/admin/v1/wallets/{id}/freeze",
                        (request, response) -> json(response, 200, state(request, "frozen")))
                .post(
                        "/admin/v1/wallets/{id}/unfreeze",
                        (request, response) -> json(response, 200, state(request, "active")))
                .get("/admin/v1/wallets/{id}/entries", (request, response) -> json(response, 200, entries(request)))
                .post("/admin/v1/top_ups", (request, response) -> json(response, 200, topUp(request)))
                .post("/admin/v1/adjustments", (request, response) -> json(response, 200, adjust(request)))
                .get("/admin/v1/keys", (request, response) -> json(response, 200, listKeys(request)))
                .post("/admin/v1/keys", (request, response) -> json(response, 201, createKey(request)))
                .post(
                        "/admin/v1/keys/{id}/rotate",
                        (request, response) -> json(response, 201, secret(office.rotateKey(id(request)))))
                .delete(
                        "/admin/v1/keys/{id}",
                        (request, response) -> json(response, 200, Json.key(office.revokeKey(id(request)))))
                .get("/admin/v1/exchanges", (request, response) -> json(response, 200, listExchanges(request)))
                .get("/admin/v1/exchanges/{id}", (request, response) -> raw(response, exchange(id(request))))
                .get("/admin/v1/verify", (request, response) -> json(response, 200, verification.run()))
                .error(Problem.class, (request, response, problem) -> problem(response, problem))
                .error(RedisException.class, (request, response, away) -> {
                    LOG.warn("control plane: Redis is away", away);
                    problem(response, new Problem(503, "unavailable", "Redis cannot be asked right now"));
                })
                .error(RuntimeException.class, (request, response, bug) -> {
                    LOG.error(
                            "control plane: {} {} failed",
                            request.prologue().method(),
                            request.path().path(),
                            bug);
                    problem(response, new Problem(500, "internal", "this failed; the log says why"));
                });
    }

    private static void ready(ServerResponse response, @Nullable String why) {
        if (why != null) {
            response.status(Status.SERVICE_UNAVAILABLE_503);
        }
        response.send(why == null ? "ready" : why);
    }

    private void identify(ServerRequest request, ServerResponse response) {
        String given = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
        String secret = given.startsWith("Bearer ")
                ? given.substring("Bearer ".length()).strip()
                : "";
        boolean good = false;
        for (String key : keys) {
            good |= ApiKey.same(key, secret);
        }
        if (!good) {
            throw new Problem(401, "unauthorized", "no valid admin key was given: send one as Authorization: Bearer");
        }
        response.next();
    }

    private Object listWallets(ServerRequest request) {
        Page<Wallets.Wallet> page = records.wallets().list(after(request), most(request));
        return page(
                page.data().stream().map(each -> Json.wallet(each, money(each))).toList(), page.next());
    }

    private Object createWallet(ServerRequest request) {
        Fields fields = Fields.read(body(request), "name", "organization", "test");
        String organisation = fields.optional("organization");
        Wallets.Wallet wallet = office.createWallet(
                organisation == null ? Office.DEFAULT_ORGANISATION : organisation,
                fields.text("name"),
                !fields.flag("test"),
                ACTOR);
        return Json.wallet(wallet, money(wallet));
    }

    private Object shown(String id) {
        Wallets.Wallet wallet = office.wallet(id);
        return Json.wallet(wallet, money(wallet));
    }

    private Object state(ServerRequest request, String state) {
        Wallets.Wallet wallet = office.setState(id(request), state);
        return Json.wallet(wallet, money(wallet));
    }

    private Optional<WalletState> money(Wallets.Wallet wallet) {
        return control.wallet(Treasury.address(wallet));
    }

    private Object entries(ServerRequest request) {
        String id = office.wallet(id(request)).id();
        int most = most(request);
        String after = after(request);
        List<Ledger.Entry> rows = records.ledger().ofWallet(id, after.isEmpty() ? 0 : number(after), most);
        String next = rows.size() < most ? null : Long.toString(rows.getLast().seq());
        return page(rows.stream().map(Json::entry).toList(), next);
    }

    private Object topUp(ServerRequest request) {
        Fields fields = Fields.read(body(request), "wallet", "amount", "reference");
        Usd amount = fields.amount("amount", false);
        Usd balance = office.topUp(fields.text("wallet"), amount, fields.text("reference"), ACTOR);
        return moved(fields, amount, balance);
    }

    private Object adjust(ServerRequest request) {
        Fields fields = Fields.read(body(request), "wallet", "amount", "reference", "force");
        Usd amount = fields.amount("amount", true);
        Usd balance =
                office.adjust(fields.text("wallet"), amount, fields.flag("force"), fields.text("reference"), ACTOR);
        return moved(fields, amount, balance);
    }

    private static Object moved(Fields fields, Usd amount, Usd balance) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("wallet", fields.text("wallet"));
        json.put("amount", amount.toString());
        json.put("reference", fields.text("reference"));
        json.put("balance", balance.toString());
        return json;
    }

    private Object listKeys(ServerRequest request) {
        Page<Keys.Key> page =
                records.keys().list(request.query().first("wallet").orElse(""), after(request), most(request));
        return page(page.data().stream().map(Json::key).toList(), page.next());
    }

    private Object createKey(ServerRequest request) {
        Fields fields = Fields.read(body(request), "wallet", "name", "member", "project", "allowed_models", "expires");
        String name = fields.optional("name");
        return secret(office.createKey(
                fields.text("wallet"),
                name == null ? "" : name,
                fields.optional("member"),
                fields.optional("project"),
                fields.texts("allowed_models"),
                fields.moment("expires")));
    }

    private static Object secret(Office.NewKey made) {
        Map<String, @Nullable Object> json = Json.key(made.key());
        json.put("secret", made.secret());
        return json;
    }

    private Object listExchanges(ServerRequest request) {
        String wallet = request.query().first("wallet").orElseThrow(() -> Problem.invalid("wallet: missing"));
        List<Exchanges.Exchange> rows =
                records.exchanges().last(office.wallet(wallet).id(), most(request));
        return page(rows.stream().map(Json::exchange).toList(), null);
    }

    private String exchange(String id) {
        Exchanges.Exchange row =
                records.exchanges().find(id).orElseThrow(() -> Problem.notFound("exchange '" + id + "'"));
        return AccountDesk.document(row, records.ledger().allOfExchange(id));
    }

    private static Map<String, @Nullable Object> page(List<?> data, @Nullable String next) {
        Map<String, @Nullable Object> page = new LinkedHashMap<>();
        page.put("data", data);
        page.put("next", next);
        return page;
    }

    private static InputStream body(ServerRequest request) {
        return request.content().hasEntity() ? request.content().inputStream() : InputStream.nullInputStream();
    }

    private static String id(ServerRequest request) {
        return request.path().pathParameters().get("id");
    }

    private static String after(ServerRequest request) {
        return request.query().first("after").orElse("");
    }

    private static int most(ServerRequest request) {
        return Math.clamp(number(request.query().first("limit").orElse("" + PAGE)), 1, MOST);
    }

    private static long number(String text) {
        if (!text.matches("\\d{1,18}")) {
            throw Problem.invalid("'" + text + "' (expected: a whole number)");
        }
        return Long.parseLong(text);
    }

    private static void json(ServerResponse response, int status, Object body) {
        response.status(status);
        raw(response, MAPPER.writeValueAsString(body));
    }

    private static void raw(ServerResponse response, String json) {
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.send(json);
    }

    private static void problem(ServerResponse response, Problem problem) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", "urn:tollgate:" + problem.type());
        json.put("title", String.valueOf(problem.getMessage()));
        json.put("status", problem.status());
        response.status(problem.status());
        response.header(HeaderNames.CONTENT_TYPE, "application/problem+json");
        response.send(MAPPER.writeValueAsString(json));
    }

    /** Stops listening. */
    @Override
    public void close() {
        server.stop();
    }
}
