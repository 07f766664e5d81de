package tollgate.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.books.SuspenseDesk;
import tollgate.pricing.Usd;
import tollgate.records.Page;
import tollgate.records.Records;
import tollgate.records.Suspense;

/** Settlements that wait for a person, as the control plane's API lists and decides them. Thread-safe; blocks. */
final class SuspenseApi {
    private static final List<String> STATES =
            List.of(Suspense.PARKED, Suspense.SETTLING, Suspense.SETTLED, Suspense.DROPPED);

    private final Records records;
    private final SuspenseDesk desk;

    SuspenseApi(Records records, SuspenseDesk desk) {
        this.records = records;
        this.desk = desk;
    }

    Object list(Asked asked) {
        String state = asked.query("state");
        if (!state.isEmpty() && !STATES.contains(state)) {
            throw Problem.invalid("state: '" + Shown.text(state) + "' (expected: " + String.join(", ", STATES) + ")");
        }
        Page<Suspense.Suspended> page = records.suspense().list(state, asked.afterExchange(), asked.limit());
        return AdminApi.page(page.data().stream().map(SuspenseApi::json).toList(), page.next());
    }

    Object settle(Asked asked) {
        String reason = asked.body().isEmpty()
                ? null
                : Fields.read(asked.body(), "reason").optional("reason");
        return decided(asked.id(), desk.settle(asked.id(), reason == null ? "" : reason, asked.actor()));
    }

    Object drop(Asked asked) {
        String reason = Fields.read(asked.body(), "reason").text("reason");
        return decided(asked.id(), desk.drop(asked.id(), reason, asked.actor()));
    }

    private Object decided(String exchange, SuspenseDesk.Outcome outcome) {
        return switch (outcome) {
            case SuspenseDesk.Outcome.Decided(Suspense.Suspended now) -> json(now);
            case SuspenseDesk.Outcome.Unknown() ->
                throw Problem.notFound("suspended settlement '" + Shown.text(exchange) + "'");
            case SuspenseDesk.Outcome.Conflict(String what) -> throw new Problem(409, "conflict", what);
            case SuspenseDesk.Outcome.Refused(String why) ->
                throw new Problem(422, "refused", "the wallet refuses it, it stays parked: " + why);
            case SuspenseDesk.Outcome.Pending(String why) ->
                throw new Problem(503, "pending", "kept, and done as soon as the wallet can be asked: " + why);
        };
    }

    private static Map<String, @Nullable Object> json(Suspense.Suspended each) {
        Suspense.Parked parked = each.parked();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("exchange", parked.exchange());
        json.put("wallet", parked.wallet());
        json.put("total", new Usd(parked.total()).toString());
        json.put("reason", parked.reason());
        json.put("parked", Json.moment(parked.atMs()));
        json.put("state", each.state());
        json.put("note", each.note().isEmpty() ? null : each.note());
        json.put("actor", each.actor().isEmpty() ? null : each.actor());
        json.put("decided", each.decidedMs() == null ? null : Json.moment(each.decidedMs()));
        return json;
    }
}
