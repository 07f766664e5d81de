package tollgate.records;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** What every exchange was: its usage record. Thread-safe. */
public final class Exchanges {
    private static final RowMapper<Exchange> ROW = (row, context) -> new Exchange(
            row.getString("id"),
            row.getString("wallet"),
            row.getString("api_key"),
            row.getInt("live") != 0,
            row.getString("service"),
            row.getString("model"),
            row.getString("answered"),
            row.getString("ended"),
            row.getString("payer"),
            row.getInt("estimated") != 0,
            row.getLong("charge"),
            row.getLong("cost"),
            row.getInt("status"),
            row.getLong("started_ms"),
            row.getLong("finished_ms"),
            row.getString("fingerprint"),
            row.getString("record"),
            row.getInt("reconstructed") != 0,
            row.getString("mark"));

    private final Jdbi jdbi;

    Exchanges(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One exchange.
     *
     * @param charge nano-USD that the wallet pays
     * @param cost nano-USD that the upstream bills
     * @param fingerprint of the settlement
     * @param record the whole usage record, as JSON
     * @param reconstructed made from the ledger alone
     * @param mark name and print of its request, a colon between them; null where it has no name
     */
    public record Exchange(
            String id,
            String wallet,
            String key,
            boolean live,
            String service,
            String model,
            @Nullable String answered,
            String ended,
            String payer,
            boolean estimated,
            long charge,
            long cost,
            int status,
            long startedMs,
            long finishedMs,
            String fingerprint,
            String record,
            boolean reconstructed,
            @Nullable String mark) {}

    /** Keeps exchanges; those that are there already stay as they are, but for reconstructed ones. */
    public void add(List<Exchange> exchanges) {
        if (exchanges.isEmpty()) {
            return;
        }
        jdbi.useTransaction(handle -> Rows.insert(
                handle,
                "INSERT INTO exchange (id, wallet, api_key, live, service, model, answered, ended, payer, estimated, charge,"
                        + " cost, status, started_ms, finished_ms, fingerprint, record, reconstructed, mark)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                        + " ON CONFLICT (id) DO UPDATE SET api_key = excluded.api_key, service = excluded.service,"
                        + " model = excluded.model, answered = excluded.answered, ended = excluded.ended,"
                        + " payer = excluded.payer, estimated = excluded.estimated, charge = excluded.charge,"
                        + " cost = excluded.cost, status = excluded.status, started_ms = excluded.started_ms,"
                        + " finished_ms = excluded.finished_ms, fingerprint = excluded.fingerprint,"
                        + " record = excluded.record, reconstructed = excluded.reconstructed,"
                        + " mark = excluded.mark"
                        + " WHERE exchange.reconstructed = 1",
                exchanges,
                (row, each) -> row.add(each.id)
                        .add(each.wallet)
                        .add(each.key)
                        .add(each.live)
                        .add(each.service)
                        .add(each.model)
                        .add(each.answered)
                        .add(each.ended)
                        .add(each.payer)
                        .add(each.estimated)
                        .add(each.charge)
                        .add(each.cost)
                        .add(each.status)
                        .add(each.startedMs)
                        .add(each.finishedMs)
                        .add(each.fingerprint)
                        .add(each.record)
                        .add(each.reconstructed)
                        .add(each.mark)));
    }

    /** The marks of those of these exchanges whose requests have names, by exchange. */
    public Map<String, Marked> marks(Collection<String> ids) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        return jdbi.withHandle(handle -> handle.createQuery(
                        "SELECT id, api_key, mark FROM exchange WHERE mark IS NOT NULL AND id IN (<ids>)")
                .bindList("ids", List.copyOf(ids))
                .map((row, context) -> new Marked(row.getString("id"), row.getString("api_key"), row.getString("mark")))
                .collect(Collectors.toMap(Marked::id, Function.identity())));
    }

    /**
     * An exchange whose request has a name.
     *
     * @param key id of the key it was sent with
     * @param mark name and print, a colon between them
     */
    public record Marked(String id, String key, String mark) {}

    /** Those of these exchanges whose records gateways have told of, not the ledger. */
    public Set<String> told(Collection<String> ids) {
        if (ids.isEmpty()) {
            return Set.of();
        }
        return jdbi.withHandle(
                handle -> handle.createQuery("SELECT id FROM exchange WHERE reconstructed = 0 AND id IN (<ids>)")
                        .bindList("ids", List.copyOf(ids))
                        .mapTo(String.class)
                        .collect(Collectors.toSet()));
    }

    /**
     * An exchange whose request has a name, and when it ended.
     *
     * @param charged it was paid for with money
     * @param atMs milliseconds since 1970
     */
    public record Named(Marked marked, boolean charged, long atMs) {}

    /** Those of a wallet that ended since a time and whose requests have names, in the order in which they began. */
    public List<Named> named(String wallet, long sinceMs) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT id, api_key, mark, charge, finished_ms FROM exchange WHERE wallet = ? AND finished_ms >= ?"
                                + " AND mark IS NOT NULL ORDER BY started_ms, id",
                        wallet,
                        sinceMs)
                .map((row, context) -> new Named(
                        new Marked(row.getString("id"), row.getString("api_key"), row.getString("mark")),
                        row.getLong("charge") != 0,
                        row.getLong("finished_ms")))
                .list());
    }

    /** An exchange by id. */
    public Optional<Exchange> find(String id) {
        return jdbi.withHandle(handle -> handle.select("SELECT * FROM exchange WHERE id = ?", id)
                .map(ROW)
                .findOne());
    }

    /** The last exchanges of a wallet, newest first. */
    public List<Exchange> last(String wallet, int most) {
        return between(wallet, 0, Long.MAX_VALUE, null, most);
    }

    /**
     * Exchanges of a wallet that ended within a time, newest first.
     *
     * @param sinceMs from then on
     * @param untilMs and before then
     * @param after those older than this one; null: from the newest on
     */
    public List<Exchange> between(String wallet, long sinceMs, long untilMs, @Nullable Exchange after, int most) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM exchange WHERE wallet = ? AND finished_ms >= ? AND finished_ms < ?"
                                + " AND (finished_ms < ? OR (finished_ms = ? AND id < ?))"
                                + " ORDER BY finished_ms DESC, id DESC LIMIT ?",
                        wallet,
                        sinceMs,
                        untilMs,
                        after == null ? Long.MAX_VALUE : after.finishedMs(),
                        after == null ? Long.MAX_VALUE : after.finishedMs(),
                        after == null ? "" : after.id(),
                        most)
                .map(ROW)
                .list());
    }

    /**
     * The sum of all charges to a wallet, in nano-USD. Of an exchange whose settlement waits for a person nothing counts;
     * of one that was dropped what the ledger had taken all the same.
     */
    public long charges(String wallet) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT (SELECT COALESCE(SUM(x.charge), 0) FROM exchange x WHERE x.wallet = ?"
                                + " AND NOT EXISTS (SELECT 1 FROM suspense s WHERE s.exchange = x.id AND s.state <> 'settled'))"
                                + " + (SELECT COALESCE(SUM(-e.amount), 0) FROM suspense s"
                                + " JOIN ledger_entry e ON e.exchange = s.exchange JOIN exchange x ON x.id = s.exchange"
                                + " WHERE s.wallet = ? AND s.state = 'dropped')",
                        wallet,
                        wallet)
                .mapTo(Long.class)
                .one());
    }

    /** Corrects what an exchange comes to, by a person's word. */
    public void charge(String id, long charge, String record) {
        jdbi.useHandle(handle ->
                handle.execute("UPDATE exchange SET charge = ?, record = ? WHERE id = ?", charge, record, id));
    }
}
