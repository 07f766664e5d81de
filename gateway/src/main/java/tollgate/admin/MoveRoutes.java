package tollgate.admin;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tollgate.records.Audit;
import tollgate.records.Moves;
import tollgate.records.Organisations;
import tollgate.records.Records;

/** The control plane's routes about organisations that move from one shard to another. Thread-safe; blocks. */
final class MoveRoutes {
    /** So long open exchanges are waited for where nothing else is said. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final long MOST_PATIENCE_S = 86_400;

    private final Office office;
    private final Records records;
    private final Clock clock;

    MoveRoutes(Office office, Records records, Clock clock) {
        this.office = office;
        this.records = records;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/admin/v1/organizations/{id}/move", this::show),
                Route.post("/admin/v1/organizations/{id}/move", 202, this::begin));
    }

    private Object show(Asked asked) {
        Organisations.Organisation of = office.directory().organisation(asked.id());
        Moves.Move last = records.moves()
                .last(of.id())
                .orElseThrow(() -> Problem.notFound("move of organization '" + Shown.text(of.id()) + "'"));
        return json(last);
    }

    private Object begin(Asked asked) {
        Organisations.Organisation of = office.directory().organisation(asked.id());
        Fields fields = Fields.read(asked.body(), "shard", "reason", "patience_s");
        Long shard = fields.count("shard");
        if (shard == null || shard >= Directory.SHARDS) {
            throw Problem.invalid("shard: " + (shard == null ? "missing" : shard) + " (expected: 0 to "
                    + (Directory.SHARDS - 1) + ")");
        }
        Long patience = fields.count("patience_s");
        if (patience != null && patience > MOST_PATIENCE_S) {
            throw Problem.invalid("patience_s: " + patience + " (expected: 0 to " + MOST_PATIENCE_S + ")");
        }
        long now = clock.millis();
        String reason = fields.optional("reason");
        Optional<Moves.Move> begun = records.moves()
                .begin(
                        of.id(),
                        shard.intValue(),
                        now + (patience == null ? PATIENCE.toMillis() : patience * 1_000),
                        new Audit.Word(asked.actor(), reason == null ? "" : reason, now));
        Moves.Move move = begun.orElseThrow(
                () -> new Problem(409, "conflict", "the organization is in shard " + shard + " already"));
        if (move.to() != shard) {
            throw new Problem(409, "conflict", "the organization is on its way to shard " + move.to());
        }
        office.directory().moving(of.id());
        return json(move);
    }

    private static Map<String, @Nullable Object> json(Moves.Move move) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("organization", move.organisation());
        json.put("number", move.number());
        json.put("from", move.from());
        json.put("to", move.to());
        json.put("step", move.step().wireName());
        json.put("actor", move.actor());
        json.put("reason", move.reason().isEmpty() ? null : move.reason());
        json.put("started", Json.moment(move.startedMs()));
        json.put("until", Json.moment(move.untilMs()));
        Long ended = move.endedMs();
        json.put("ended", ended == null ? null : Json.moment(ended));
        return json;
    }
}
