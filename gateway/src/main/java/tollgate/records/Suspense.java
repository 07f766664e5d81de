package tollgate.records;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/**
 * Settlements that the wallet will always refuse, or whose figures are absurd, and what a person decided about each.
 * Nothing is ever taken out. Thread-safe.
 */
public final class Suspense {
    /** Nobody has looked yet. */
    public static final String PARKED = "parked";

    /** It is to be posted; the wallet may not have heard of it. */
    public static final String SETTLING = "settling";

    /** The ledger has it. */
    public static final String SETTLED = "settled";

    /** It is not to be posted. */
    public static final String DROPPED = "dropped";

    /** Fingerprint of the ledger entry that a person's word makes. */
    public static final String FINGERPRINT = "suspense";

    private static final RowMapper<Suspended> ROW = (row, context) -> {
        long decidedMs = row.getLong("decided_ms");
        Long decided = row.wasNull() ? null : decidedMs;
        return new Suspended(
                new Parked(
                        row.getString("exchange"),
                        row.getString("wallet"),
                        row.getLong("total"),
                        row.getString("reason"),
                        row.getLong("at_ms"),
                        row.getLong("tokens"),
                        row.getInt("came") != 0,
                        row.getString("caps"),
                        row.getInt("estimated") != 0,
                        row.getString("reference")),
                row.getString("state"),
                row.getString("note"),
                row.getString("actor"),
                decided);
    };

    private final Jdbi jdbi;

    Suspense(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One settlement.
     *
     * @param total nano-USD
     * @param tokens it came to, of every class
     * @param came anything came from the upstream
     * @param caps what they hold for it, as its place wrote it
     * @param estimated some of it was not reported by the upstream
     * @param reference a few words for the ledger entry
     */
    public record Parked(
            String exchange,
            String wallet,
            long total,
            String reason,
            long atMs,
            long tokens,
            boolean came,
            String caps,
            boolean estimated,
            String reference) {}

    /**
     * One settlement and what became of it.
     *
     * @param state {@link #PARKED}, {@link #SETTLING}, {@link #SETTLED} or {@link #DROPPED}
     * @param note why it was decided so; empty while it is parked
     * @param actor who decided; empty while it is parked
     * @param decidedMs when; null while it is parked
     */
    public record Suspended(
            Parked parked,
            String state,
            String note,
            String actor,
            @Nullable Long decidedMs) {}

    /** Parks a settlement; again: nothing changes. */
    public void park(Parked parked) {
        jdbi.useHandle(handle -> handle.execute(
                "INSERT INTO suspense (exchange, wallet, total, reason, at_ms, tokens, came, caps, estimated, reference)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (exchange) DO NOTHING",
                parked.exchange,
                parked.wallet,
                parked.total,
                parked.reason,
                parked.atMs,
                parked.tokens,
                parked.came ? 1 : 0,
                parked.caps,
                parked.estimated ? 1 : 0,
                parked.reference));
    }

    /** Those that nobody has decided about, oldest first. */
    public List<Parked> parked() {
        return in(PARKED).stream().map(Suspended::parked).toList();
    }

    /** Those that are to be posted and that the ledger does not have yet, oldest first. */
    public List<Suspended> settling() {
        return in(SETTLING);
    }

    /** Those of a wallet that the ledger has no last word of, oldest first. */
    public List<Suspended> undecided(String wallet) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM suspense WHERE wallet = ? AND state IN ('parked', 'settling')"
                                + " ORDER BY at_ms, exchange",
                        wallet)
                .map(ROW)
                .list());
    }

    private List<Suspended> in(String state) {
        return jdbi.withHandle(
                handle -> handle.select("SELECT * FROM suspense WHERE state = ? ORDER BY at_ms, exchange", state)
                        .map(ROW)
                        .list());
    }

    /** One of them. */
    public Optional<Suspended> find(String exchange) {
        return jdbi.withHandle(handle -> find(handle, exchange));
    }

    private static Optional<Suspended> find(Handle handle, String exchange) {
        return handle.select("SELECT * FROM suspense WHERE exchange = ?", exchange)
                .map(ROW)
                .findOne();
    }

    /**
     * Those of a state, by exchange.
     *
     * @param state empty: of any
     */
    public Page<Suspended> list(String state, String after, int most) {
        List<Suspended> rows = jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM suspense WHERE exchange > ? AND (? = '' OR state = ?) ORDER BY exchange LIMIT ?",
                        after,
                        state,
                        state,
                        most + 1)
                .map(ROW)
                .list());
        return rows.size() <= most
                ? new Page<>(rows, null)
                : new Page<>(rows.subList(0, most), rows.get(most - 1).parked.exchange);
    }

    /**
     * Notes what is to become of a parked settlement; of one about which something was decided nothing changes.
     *
     * @return what is decided: this, or something else before
     */
    public Optional<Suspended> decide(String exchange, String state, String note, String actor, long ms) {
        return jdbi.inTransaction(handle -> {
            handle.execute(
                    "UPDATE suspense SET state = ?, note = ?, actor = ?, decided_ms = ?"
                            + " WHERE exchange = ? AND state = 'parked'",
                    state,
                    note,
                    actor,
                    ms,
                    exchange);
            return find(handle, exchange);
        });
    }

    /** The wallet refuses what was decided: it is parked again. */
    public void parkAgain(String exchange) {
        jdbi.useHandle(handle -> handle.execute(
                "UPDATE suspense SET state = 'parked', note = '', actor = '', decided_ms = NULL"
                        + " WHERE exchange = ? AND state = 'settling'",
                exchange));
    }
}
