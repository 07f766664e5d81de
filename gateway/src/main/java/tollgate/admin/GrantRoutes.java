package tollgate.admin;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tollgate.books.Treasury;
import tollgate.pricing.Usd;
import tollgate.records.Grants;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.Grant;
import tollgate.wallet.GrantMove;

/** The control plane's routes about promotional money, and about refunds, which give some of it back. Thread-safe; blocks. */
final class GrantRoutes {
    private static final long PRIORITY = 50;
    private static final long LAST_PRIORITY = 100;

    private final Office office;
    private final Records records;
    private final ControlPort control;
    private final Clock clock;

    GrantRoutes(Office office, Records records, ControlPort control, Clock clock) {
        this.office = office;
        this.records = records;
        this.control = control;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/admin/v1/grants", 200, this::grant),
                Route.get("/admin/v1/wallets/{id}/grants", this::list),
                Route.post("/admin/v1/refunds", 200, this::refund));
    }

    /** What a wallet has now, in the order in which it is spent. */
    List<Map<String, @Nullable Object>> active(Wallets.Wallet wallet) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (Grant grant : control.grants(Treasury.address(wallet))) {
            Optional<Grants.Granted> booked = records.grants().find(grant.id());
            Map<String, @Nullable Object> json = json(grant.id(), grant.rest(), grant.priority(), grant.expiresMs());
            json.put(
                    "given",
                    booked.map(each -> new Usd(each.given()).toString()).orElse(null));
            json.put("reason", booked.map(Grants.Granted::reference).orElse(null));
            all.add(json);
        }
        return all;
    }

    private Object list(Asked asked) {
        List<Object> all = new ArrayList<>();
        for (Grants.Granted each :
                records.grants().ofWallet(office.wallet(asked.id()).id())) {
            Map<String, @Nullable Object> json =
                    json(each.id(), new Usd(each.rest()), each.priority(), each.expiresMs());
            json.put("given", new Usd(each.given()).toString());
            json.put("reason", each.reference());
            all.add(json);
        }
        return AdminApi.page(all, null);
    }

    private static Map<String, @Nullable Object> json(String id, Usd rest, int priority, long expiresMs) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("rest", rest.toString());
        json.put("priority", priority);
        json.put("expires", expiresMs == GrantMove.NEVER_MS ? null : Json.moment(expiresMs));
        return json;
    }

    private Object grant(Asked asked) {
        Fields fields = Fields.read(asked.body(), "wallet", "amount", "expires", "priority", "reason");
        Usd amount = fields.amount("amount", false);
        Long wanted = fields.count("priority");
        long priority = wanted == null ? PRIORITY : wanted;
        if (priority > LAST_PRIORITY) {
            throw Problem.invalid(
                    "priority: " + priority + " (expected: 0 to " + LAST_PRIORITY + ", 0 is spent first)");
        }
        Instant expires = fields.moment("expires", clock.instant());
        String wallet = fields.text("wallet");
        String reason = fields.text("reason");
        GrantMove terms = new GrantMove(
                Office.grantId(wallet, reason),
                expires == null ? GrantMove.NEVER_MS : expires.toEpochMilli(),
                (int) priority,
                amount.nano());
        Office.Moved moved = office.giveAs(asked.actor(), wallet, terms, reason);
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", terms.grant());
        json.put("wallet", wallet);
        json.put("amount", amount.toString());
        json.put("priority", priority);
        json.put("expires", expires == null ? null : expires.toString());
        json.put("reason", reason);
        json.putAll(ApprovalRoutes.outcome(moved));
        return json;
    }

    private Object refund(Asked asked) {
        Fields fields = Fields.read(asked.body(), "exchange", "amount", "reason");
        Long nano = fields.dollars("amount");
        if (nano == null) {
            throw Problem.invalid("amount: missing (expected: dollars; 0 where tokens of a bundle alone paid)");
        }
        Usd amount = new Usd(nano);
        String exchange = fields.text("exchange");
        String reason = fields.text("reason");
        Usd balance = office.refund(exchange, amount, reason, asked.actor());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("exchange", exchange);
        json.put("amount", amount.toString());
        json.put("reason", reason);
        json.put("balance", balance.toString());
        return json;
    }
}
