package tollgate.books;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tollgate.journal.ExchangeFacts;
import tollgate.journal.JournalEntry;
import tollgate.journal.UsageRecord;
import tollgate.pricing.Markup;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;
import tollgate.records.Ledger;
import tollgate.wallet.BundleName;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns a usage record into its row, whose document is the operator's: its lines are costs. Stateless.
 */
public final class ExchangeRow {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private ExchangeRow() {}

    /** The row of an exchange that is settled. */
    public static Exchanges.Exchange of(JournalEntry entry) {
        UsageRecord usage = entry.usage();
        ExchangeFacts facts = usage.facts();
        return new Exchanges.Exchange(
                facts.exchange(),
                facts.at().wallet(),
                facts.key(),
                facts.live(),
                facts.service(),
                facts.model(),
                usage.model(),
                usage.ended(),
                usage.payer(),
                usage.estimated(),
                usage.charge().nano(),
                usage.cost().nano(),
                usage.status(),
                facts.started().toEpochMilli(),
                usage.finished().toEpochMilli(),
                entry.settle().fingerprint(),
                MAPPER.writeValueAsString(document(usage)),
                false,
                facts.mark() == null ? null : facts.mark().text());
    }

    /**
     * The row of an exchange of which only ledger entries are known, oldest first: the machine that knew more is lost.
     * What it would have charged above an expired hold's accrued part is {@code uncollected}.
     */
    static Exchanges.Exchange reconstructed(List<Ledger.Entry> entries, boolean live) {
        Ledger.Entry last = entries.getLast();
        Usd charge = new Usd(-entries.stream().mapToLong(Ledger.Entry::amount).sum());
        String[] asked = last.reference().split(" ", 2);
        String service = asked.length == 2 ? asked[0] : "unknown";
        String model = asked.length == 2 ? asked[1] : "unknown";
        String ended = last.kind().equals("expiry") || last.fingerprint().startsWith(Replay.UNSEEN)
                ? "uncollected"
                : "gateway_lost";
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("id", last.exchange());
        document.put("state", "settled");
        document.put("reconstructed", true);
        document.put("model", model);
        document.put("service", service);
        document.put("live", live);
        document.put("estimated", last.estimated());
        document.put("charge", charge.toString());
        document.put("finished", Instant.ofEpochMilli(last.atMs()).toString());
        document.put("ended", ended);
        return new Exchanges.Exchange(
                last.exchange(),
                last.wallet(),
                "",
                live,
                service,
                model,
                null,
                ended,
                charge.nano() > 0 ? "wallet" : "operator",
                last.estimated(),
                charge.nano(),
                charge.nano(),
                0,
                entries.getFirst().atMs(),
                last.atMs(),
                last.fingerprint(),
                MAPPER.writeValueAsString(document),
                true,
                null);
    }

    /** The same, charging something else. */
    static Exchanges.Exchange charging(Exchanges.Exchange row, Usd charge) {
        ObjectNode document = (ObjectNode) MAPPER.readTree(row.record());
        document.put("charge", charge.toString());
        return new Exchanges.Exchange(
                row.id(),
                row.wallet(),
                row.key(),
                row.live(),
                row.service(),
                row.model(),
                row.answered(),
                row.ended(),
                row.payer(),
                row.estimated(),
                charge.nano(),
                row.cost(),
                row.status(),
                row.startedMs(),
                row.finishedMs(),
                row.fingerprint(),
                MAPPER.writeValueAsString(document),
                row.reconstructed(),
                row.mark());
    }

    private static Map<String, @Nullable Object> document(UsageRecord usage) {
        ExchangeFacts facts = usage.facts();
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("id", facts.exchange());
        document.put("state", usage.charge().nano() == 0 && usage.payer().equals("operator") ? "released" : "settled");
        document.put("model", usage.model() == null ? facts.model() : usage.model());
        document.put("model_asked", facts.model());
        document.put("service", facts.service());
        document.put("dialect", facts.dialect());
        document.put("live", facts.live());
        document.put("stream", facts.stream());
        document.put("units", new TreeMap<>(usage.units()));
        document.put("reasoning_tokens", usage.reasoning());
        document.put("estimated", usage.estimated());
        document.put("charge", usage.charge().toString());
        if (usage.overrun().nano() > 0) {
            document.put("overrun", usage.overrun().toString());
        }
        if (usage.disputed().nano() > 0) {
            document.put("disputed", usage.disputed().toString());
        }
        if (facts.notRefused() != null) {
            document.put("not_refused", facts.notRefused());
        }
        document.put("held", facts.held().toString());
        document.put("hold_mode", facts.holdMode());
        document.put("clamped", facts.clamped());
        document.put("price_version", facts.priceVersion());
        document.put("plan", facts.plan());
        document.put("markup", markup(usage.markup()));
        facts.caps().bundle().ifPresent(bundle -> document.put("bundle", bundle(bundle, usage)));
        document.put("lines", lines(usage));
        document.put("adjustments", usage.adjustments());
        document.put("attempts", attempts(usage));
        document.put("margin", usage.charge().minus(usage.cost()).toString());
        document.put("route", facts.route());
        document.put("model_sent", facts.modelSent());
        document.put("tags", new TreeMap<>(facts.tags()));
        document.put("user", facts.user());
        document.put("metadata", new TreeMap<>(facts.metadata()));
        document.put("changes", facts.changes());
        document.put("idempotency_key", facts.idempotencyKey());
        document.put("started", facts.started().toString());
        Long heldUs = usage.timings().get("held");
        if (heldUs != null) {
            // caps count it by then, the ledger when it was settled (H51)
            document.put(
                    "placed", facts.started().plus(heldUs, ChronoUnit.MICROS).toString());
        }
        document.put("finished", usage.finished().toString());
        document.put("timings", micros(usage));
        document.put("status", usage.status());
        document.put("ended", usage.ended());
        if (usage.detail() != null) {
            document.put("detail", usage.detail());
        }
        return document;
    }

    private static Map<String, Object> markup(Markup markup) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("percent", markup.percent().toPlainString());
        json.put("fixed", markup.fixed().toString());
        return json;
    }

    private static Map<String, Object> bundle(BundleName bundle, UsageRecord usage) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", bundle.name());
        json.put("per", bundle.per());
        json.put("tokens", Math.min(usage.facts().caps().paidFor(), usage.tokens()));
        return json;
    }

    private static List<Map<String, Object>> lines(UsageRecord usage) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (UsageRecord.Line line : usage.lines()) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("class", line.unit());
            each.put("units", line.units());
            each.put("rate", line.rate());
            each.put("subtotal", line.subtotal());
            if (line.unpriced()) {
                each.put("unpriced", true);
            }
            if (!line.reason().isEmpty()) {
                each.put("reason", line.reason());
            }
            if (!line.source().isEmpty()) {
                each.put("source", line.source());
                each.put("seen", line.seen());
            }
            lines.add(each);
        }
        return lines;
    }

    private static List<Map<String, @Nullable Object>> attempts(UsageRecord usage) {
        List<Map<String, @Nullable Object>> attempts = new ArrayList<>();
        for (UsageRecord.Attempt attempt : usage.attempts()) {
            Map<String, @Nullable Object> each = new LinkedHashMap<>();
            each.put("number", attempt.number());
            each.put("upstream", attempt.upstream());
            each.put("reused_connection", attempt.reused());
            each.put("status", attempt.status());
            each.put("failure", attempt.failure());
            each.put("cost", attempt.cost().toString());
            each.put("estimated", attempt.estimated());
            attempts.add(each);
        }
        return attempts;
    }

    private static Map<String, Long> micros(UsageRecord usage) {
        Map<String, Long> named = new TreeMap<>();
        usage.timings().forEach((step, micros) -> named.put(step + "_us", micros));
        return named;
    }
}
