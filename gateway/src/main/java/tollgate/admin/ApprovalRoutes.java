package tollgate.admin;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;
import tollgate.records.Approvals;
import tollgate.records.Page;
import tollgate.records.Records;

/** The control plane's routes about money that waits for somebody else to agree. Thread-safe; blocks. */
final class ApprovalRoutes {
    private static final List<String> STATES =
            List.of(Approvals.WAITING, Approvals.APPROVED, Approvals.REJECTED, Approvals.EXPIRED);

    private final Office office;
    private final Records records;
    private final Clock clock;

    ApprovalRoutes(Office office, Records records, Clock clock) {
        this.office = office;
        this.records = records;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/admin/v1/approvals", this::list, "state", "after", "limit"),
                Route.get("/admin/v1/approvals/{id}", asked -> json(found(asked.id()))),
                Route.post("/admin/v1/approvals/{id}/approve", 200, this::approve),
                Route.post("/admin/v1/approvals/{id}/reject", 200, this::reject));
    }

    /** Whether money was booked, and the balance; or what somebody else has to agree to. */
    static Map<String, @Nullable Object> outcome(Office.Moved moved) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        switch (moved) {
            case Office.Moved.Booked(Usd balance) -> {
                json.put("balance", balance.toString());
                json.put("state", "booked");
            }
            case Office.Moved.Waits(Approvals.Approval approval) -> {
                json.put("balance", null);
                json.put("state", approval.state());
                json.put("approval", approval.id());
                json.put("approval_expires", Json.moment(approval.expiresMs()));
            }
        }
        return json;
    }

    private Object list(Asked asked) {
        String state = asked.query("state");
        if (!state.isEmpty() && !STATES.contains(state)) {
            throw Problem.invalid("state: '" + Shown.text(state) + "' (expected: " + String.join(", ", STATES) + ")");
        }
        Page<Approvals.Approval> page = records.approvals().list(state, clock.millis(), asked.after(), asked.limit());
        return AdminApi.page(page.data().stream().map(this::json).toList(), page.next());
    }

    private Approvals.Approval found(String id) {
        return records.approvals().find(id).orElseThrow(() -> Problem.notFound("approval '" + Shown.text(id) + "'"));
    }

    private Object approve(Asked asked) {
        String reason = asked.body().isEmpty()
                ? null
                : Fields.read(asked.body(), "reason").optional("reason");
        found(asked.id());
        return decided(asked.id(), office.approvals().approve(asked.id(), asked.actor(), reason == null ? "" : reason));
    }

    private Object reject(Asked asked) {
        String reason = Fields.read(asked.body(), "reason").text("reason");
        found(asked.id());
        return decided(asked.id(), office.approvals().reject(asked.id(), asked.actor(), reason));
    }

    private Object decided(String id, tollgate.books.ApprovalDesk.Outcome outcome) {
        Office.Moved moved = Office.moved(outcome);
        Map<String, @Nullable Object> json = json(found(id));
        json.put("balance", moved instanceof Office.Moved.Booked(Usd balance) ? balance.toString() : null);
        return json;
    }

    private Map<String, @Nullable Object> json(Approvals.Approval approval) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", approval.id());
        json.put("wallet", approval.wanted().wallet());
        json.put("kind", approval.wanted().kind());
        json.put("amount", new Usd(approval.wanted().amount()).toString());
        json.put("force", approval.wanted().force());
        json.put("reason", approval.wanted().reference());
        json.put("actor", approval.wanted().actor());
        json.put("asked", Json.moment(approval.wanted().askedMs()));
        json.put("expires", Json.moment(approval.expiresMs()));
        json.put("state", approval.stateAt(clock.millis()));
        json.put("decider", approval.decider().isEmpty() ? null : approval.decider());
        json.put("note", approval.note().isEmpty() ? null : approval.note());
        Long decided = approval.decidedMs();
        json.put("decided", decided == null ? null : Json.moment(decided));
        return json;
    }
}
