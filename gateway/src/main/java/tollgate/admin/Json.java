package tollgate.admin;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;
import tollgate.records.Keys;
import tollgate.records.Ledger;
import tollgate.records.Wallets;
import tollgate.wallet.GrantMove;
import tollgate.wallet.WalletState;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How things look in the control plane's API. Stateless. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    static Map<String, @Nullable Object> wallet(Wallets.Wallet wallet, Optional<WalletState> state) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", wallet.id());
        json.put("name", wallet.name());
        json.put("organization", wallet.organisation());
        json.put("live", wallet.live());
        json.put("currency", wallet.currency());
        json.put("state", wallet.state());
        json.put("balance", state.map(each -> each.balance().toString()).orElse(null));
        json.put("held", state.map(each -> each.held().toString()).orElse(null));
        json.put("available", state.map(each -> each.available().toString()).orElse(null));
        json.put("created", moment(wallet.createdMs()));
        return json;
    }

    static Map<String, @Nullable Object> key(Keys.Key key) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", key.id());
        json.put("name", key.name());
        json.put("wallet", key.wallet());
        json.put("display", key.display());
        json.put("live", key.live());
        json.put("member", key.member());
        json.put("project", key.project());
        json.put("allowed_models", key.allowedModels());
        json.put("frozen", key.frozen());
        json.put("created", moment(key.createdMs()));
        json.put("expires", key.expiresMs() == null ? null : moment(key.expiresMs()));
        json.put("revoked", key.revokedMs() == null ? null : moment(key.revokedMs()));
        return json;
    }

    static Map<String, @Nullable Object> entry(Ledger.Entry entry) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("seq", entry.seq());
        json.put("id", entry.entry());
        json.put("kind", entry.kind());
        json.put("amount", new Usd(entry.amount()).toString());
        json.put("balance", new Usd(entry.balance()).toString());
        json.put("short", new Usd(entry.shortfall()).toString());
        json.put("exchange", entry.exchange().isEmpty() ? null : entry.exchange());
        json.put("grants", grants(entry));
        json.put("reference", entry.reference());
        json.put("actor", entry.actor());
        json.put("estimated", entry.estimated());
        json.put("at", moment(entry.atMs()));
        return json;
    }

    private static List<Map<String, String>> grants(Ledger.Entry entry) {
        return GrantMove.of(entry.caps()).stream()
                .map(move -> Map.of("id", move.grant(), "amount", new Usd(move.moved()).toString()))
                .toList();
    }

    static Map<String, @Nullable Object> exchange(Exchanges.Exchange exchange) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", exchange.id());
        json.put("wallet", exchange.wallet());
        json.put("key", exchange.key());
        json.put("model", exchange.answered() == null ? exchange.model() : exchange.answered());
        json.put("service", exchange.service());
        JsonNode record = MAPPER.readTree(exchange.record());
        json.put("units", record.path("units").isObject() ? record.path("units") : Map.of());
        json.put("reasoning_tokens", record.path("reasoning_tokens").asLong(0));
        json.put("ended", exchange.ended());
        json.put("payer", exchange.payer());
        json.put("estimated", exchange.estimated());
        json.put("charge", new Usd(exchange.charge()).toString());
        json.put("cost", new Usd(exchange.cost()).toString());
        json.put("status", exchange.status());
        json.put("finished", moment(exchange.finishedMs()));
        return json;
    }

    static String moment(long ms) {
        return Instant.ofEpochMilli(ms).toString();
    }
}
