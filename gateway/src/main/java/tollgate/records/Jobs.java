package tollgate.records;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;
import tollgate.records.ProviderObjects.ProviderObject;

/**
 * Answers that providers make while nobody waits for them, and which gateway sees to each. Times are milliseconds of {@link
 * Records#nowMs}. Thread-safe.
 */
public final class Jobs {
    private static final RowMapper<Job> ROW = (row, context) -> new Job(
            row.getString("exchange"),
            row.getString("upstream"),
            row.getString("object"),
            row.getInt("generation"),
            row.getString("facts"),
            row.getString("asked"),
            row.getLong("until_ms"),
            row.getString("relayed"));

    private final Jdbi jdbi;

    Jobs(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One job.
     *
     * @param exchange whose it is
     * @param upstream where it is made
     * @param object its id there
     * @param generation how often its hold has been placed
     * @param facts the exchange's facts, as its gateway writes them
     * @param asked what was asked, as far as that prices it
     * @param untilMs when it is given up, since 1970
     * @param relayed what clients have had of it, as its gateway writes it; null: nothing
     */
    public record Job(
            String exchange,
            String upstream,
            String object,
            int generation,
            String facts,
            String asked,
            long untilMs,
            @Nullable String relayed) {}

    /**
     * Keeps a job, and whose its answer is, in one piece; one that is there stays as it is.
     *
     * @param shard that its hold is in
     * @param owner of its lease
     * @param leaseMs when that ends
     */
    public void add(Job job, int shard, ProviderObject object, String owner, long leaseMs) {
        jdbi.useTransaction(handle -> {
            handle.execute(
                    "INSERT INTO job (exchange, upstream, object, generation, facts, asked, until_ms, settled, lease_owner,"
                            + " lease_ms, shard) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?) ON CONFLICT (exchange) DO NOTHING",
                    job.exchange,
                    job.upstream,
                    job.object,
                    job.generation,
                    job.facts,
                    job.asked,
                    job.untilMs,
                    owner,
                    leaseMs,
                    shard);
            Rows.insert(handle, ProviderObjects.INSERT, List.of(object), ProviderObjects::bind);
        });
    }

    /** Keeps the leases of an owner's open jobs. */
    public void renew(String owner, long leaseMs) {
        jdbi.useHandle(handle ->
                handle.execute("UPDATE job SET lease_ms = ? WHERE settled = 0 AND lease_owner = ?", leaseMs, owner));
    }

    /** Takes open jobs whose leases are over, at most so many. */
    public List<Job> take(String owner, long nowMs, long leaseMs, int most) {
        List<Job> over = jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM job WHERE settled = 0 AND lease_ms < ? ORDER BY lease_ms, exchange LIMIT ?",
                        nowMs,
                        most)
                .map(ROW)
                .list());
        return over.stream()
                .filter(job -> jdbi.withHandle(handle -> handle.execute(
                                "UPDATE job SET lease_owner = ?, lease_ms = ?"
                                        + " WHERE exchange = ? AND settled = 0 AND lease_ms < ?",
                                owner,
                                leaseMs,
                                job.exchange,
                                nowMs))
                        == 1)
                .toList();
    }

    /** Whether a job is open, and its lease this owner's. */
    public boolean holds(String exchange, String owner) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT 1 FROM job WHERE exchange = ? AND settled = 0 AND lease_owner = ?", exchange, owner)
                .mapTo(Integer.class)
                .findOne()
                .isPresent());
    }

    /**
     * The open jobs of a shard; not those whose settlement is here already.
     *
     * @param shard jobs of an earlier release are in any
     */
    public List<Job> openOf(int shard) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM job WHERE settled = 0 AND (shard = ? OR shard IS NULL) AND NOT EXISTS"
                                + " (SELECT 1 FROM exchange WHERE exchange.id = job.exchange AND exchange.reconstructed = 0)"
                                + " ORDER BY exchange",
                        shard)
                .map(ROW)
                .list());
    }

    /** What clients have had of a job that is open; empty where nothing was kept. */
    public Optional<String> relayed(String exchange) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT relayed FROM job WHERE exchange = ? AND settled = 0 AND relayed IS NOT NULL", exchange)
                .mapTo(String.class)
                .findOne());
    }

    /**
     * Clients have had so much of a job: kept where that is more than what is.
     *
     * @param bytes of generated text, by which one is more than another
     */
    public void relayed(String exchange, String relayed, long bytes) {
        jdbi.useHandle(handle -> handle.execute(
                "UPDATE job SET relayed = ?, relayed_bytes = ? WHERE exchange = ? AND settled = 0 AND relayed_bytes < ?",
                relayed,
                bytes,
                exchange,
                bytes));
    }

    /** Its hold was placed once more. */
    public void placed(String exchange, int generation) {
        jdbi.useHandle(
                handle -> handle.execute("UPDATE job SET generation = ? WHERE exchange = ?", generation, exchange));
    }

    /** It is settled. */
    public void settled(String exchange) {
        jdbi.useHandle(handle -> handle.execute("UPDATE job SET settled = 1 WHERE exchange = ?", exchange));
    }

    /** Lets go of an owner's leases, so that nobody waits for them; those of all its runs where it ends with a dot. */
    public void release(String owner) {
        jdbi.useHandle(handle -> handle.execute(
                "UPDATE job SET lease_ms = 0 WHERE settled = 0 AND (lease_owner = ? OR lease_owner LIKE ?)",
                owner,
                owner.endsWith(".") ? owner + "%" : owner));
    }

    /** Whether an exchange is a job, open or settled: its end is not its gateway's. */
    public boolean has(String exchange) {
        return jdbi.withHandle(handle -> handle.select("SELECT 1 FROM job WHERE exchange = ?", exchange)
                .mapTo(Integer.class)
                .findOne()
                .isPresent());
    }

    /** Whether an exchange is a job that is not settled. */
    public boolean isOpen(String exchange) {
        return jdbi.withHandle(handle -> handle.select("SELECT 1 FROM job WHERE exchange = ? AND settled = 0", exchange)
                .mapTo(Integer.class)
                .findOne()
                .isPresent());
    }

    /** The exchange of the open job that makes something; empty where none does. */
    public Optional<String> making(String upstream, String object) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT exchange FROM job WHERE object = ? AND upstream = ? AND settled = 0", object, upstream)
                .mapTo(String.class)
                .findFirst());
    }
}
