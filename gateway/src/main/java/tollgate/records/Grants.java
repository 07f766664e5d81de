package tollgate.records;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;

/** Promotional money as the ledger's entries leave it. Thread-safe. */
public final class Grants {
    private static final RowMapper<Granted> ROW = (row, context) -> new Granted(
            row.getString("id"),
            row.getString("wallet"),
            row.getLong("given"),
            row.getLong("rest"),
            row.getInt("priority"),
            row.getLong("expires_ms"),
            row.getString("reference"),
            row.getLong("at_ms"));

    private final Jdbi jdbi;

    Grants(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One grant.
     *
     * @param given nano-USD at first
     * @param rest nano-USD that are left
     * @param priority what is spent first has the lowest
     * @param expiresMs when it is over, in milliseconds since 1970
     */
    public record Granted(
            String id,
            String wallet,
            long given,
            long rest,
            int priority,
            long expiresMs,
            String reference,
            long atMs) {
        private Granted and(Granted later) {
            return new Granted(id, wallet, given, rest + later.rest, priority, expiresMs, reference, atMs);
        }
    }

    /** A grant by id. */
    public Optional<Granted> find(String id) {
        return jdbi.withHandle(handle -> handle.select("SELECT * FROM wallet_grant WHERE id = ?", id)
                .map(ROW)
                .findOne());
    }

    /** All grants of a wallet, used up or not, in the order they were given. */
    public List<Granted> ofWallet(String wallet) {
        return jdbi.withHandle(
                handle -> handle.select("SELECT * FROM wallet_grant WHERE wallet = ? ORDER BY at_ms, id", wallet)
                        .map(ROW)
                        .list());
    }

    /** Wallets after an id that have something left of a grant that is over by then, in order of ids. */
    public List<String> due(long nowMs, String afterWallet, int most) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT DISTINCT wallet FROM wallet_grant WHERE rest > 0 AND expires_ms <= ? AND wallet > ?"
                                + " ORDER BY wallet LIMIT ?",
                        nowMs,
                        afterWallet,
                        most)
                .mapTo(String.class)
                .list());
    }

    /** Entries that are kept for the first time moved these. */
    static void moved(Handle handle, List<Ledger.Entry> entries) {
        Map<String, Granted> moved = new LinkedHashMap<>();
        for (Ledger.Entry entry : entries) {
            for (String part : entry.caps().split(";", -1)) {
                String[] fields = part.split(",", -1);
                // of a grant: id, g, expires, moved, priority
                if (fields.length == 5 && fields[1].equals("g")) {
                    moved.merge(fields[0], granted(entry, fields), Granted::and);
                }
            }
        }
        moved.values().forEach(each -> add(handle, each));
    }

    private static Granted granted(Ledger.Entry entry, String[] fields) {
        long moved = Long.parseLong(fields[3]);
        return new Granted(
                fields[0],
                entry.wallet(),
                moved,
                moved,
                Integer.parseInt(fields[4]),
                Long.parseLong(fields[2]),
                entry.reference(),
                entry.atMs());
    }

    private static void add(Handle handle, Granted moved) {
        handle.execute(
                "INSERT INTO wallet_grant (id, wallet, given, rest, priority, expires_ms, reference, at_ms)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                        + " ON CONFLICT (id) DO UPDATE SET rest = wallet_grant.rest + excluded.rest",
                moved.id,
                moved.wallet,
                moved.given,
                moved.rest,
                moved.priority,
                moved.expiresMs,
                moved.reference,
                moved.atMs);
    }
}
