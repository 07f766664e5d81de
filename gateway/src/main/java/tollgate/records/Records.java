package tollgate.records;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * The books, opened. Thread-safe.
 *
 * <p>Commits are durable before they return (H44): SQLite with {@code synchronous=FULL}, PostgreSQL with {@code
 * synchronous_commit=on}.
 */
public final class Records implements AutoCloseable {
    private final HikariDataSource pool;
    private final Organisations organisations;
    private final Wallets wallets;
    private final Keys keys;
    private final Postings postings;
    private final Exchanges exchanges;
    private final Ledger ledger;
    private final Shards shards;
    private final Gateways gateways;
    private final Suspense suspense;
    private final IdempotentRequests idempotentRequests;
    private final Teams teams;
    private final Members members;
    private final Projects projects;
    private final Caps caps;

    private Records(HikariDataSource pool) {
        this.pool = pool;
        Jdbi jdbi = Jdbi.create(pool);
        this.organisations = new Organisations(jdbi);
        this.wallets = new Wallets(jdbi);
        this.keys = new Keys(jdbi);
        this.postings = new Postings(jdbi);
        this.exchanges = new Exchanges(jdbi);
        this.ledger = new Ledger(jdbi);
        this.shards = new Shards(jdbi);
        this.gateways = new Gateways(jdbi);
        this.suspense = new Suspense(jdbi);
        this.idempotentRequests = new IdempotentRequests(jdbi);
        this.teams = new Teams(jdbi);
        this.members = new Members(jdbi);
        this.projects = new Projects(jdbi);
        this.caps = new Caps(jdbi);
    }

    /** Opens a SQLite file, making it where needed. */
    public static Records sqlite(Path file) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(10_000);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        HikariConfig pooled = new HikariConfig();
        pooled.setDataSource(source);
        // SQLite has one writer; a second connection would only wait for it
        pooled.setMaximumPoolSize(1);
        return open(pooled);
    }

    /** Opens a database by its JDBC address. */
    public static Records jdbc(String url) {
        HikariConfig pooled = new HikariConfig();
        pooled.setJdbcUrl(url);
        pooled.setMaximumPoolSize(8);
        if (url.startsWith("jdbc:postgresql:")) {
            // a role or a database may have it off, and the drain trims behind its commits (H44)
            pooled.setConnectionInitSql("SET synchronous_commit TO on");
        }
        return open(pooled);
    }

    private static Records open(HikariConfig pooled) {
        pooled.setPoolName("records");
        HikariDataSource pool = new HikariDataSource(pooled);
        Flyway.configure()
                .dataSource(pool)
                .locations("classpath:tollgate/records")
                .load()
                .migrate();
        return new Records(pool);
    }

    /** Organisations. */
    public Organisations organisations() {
        return organisations;
    }

    /** Wallets. */
    public Wallets wallets() {
        return wallets;
    }

    /** Keys. */
    public Keys keys() {
        return keys;
    }

    /** Money asked to move. */
    public Postings postings() {
        return postings;
    }

    /** Exchanges. */
    public Exchanges exchanges() {
        return exchanges;
    }

    /** Ledger entries. */
    public Ledger ledger() {
        return ledger;
    }

    /** Shards. */
    public Shards shards() {
        return shards;
    }

    /** Gateways. */
    public Gateways gateways() {
        return gateways;
    }

    /** Settlements that a person has to look at. */
    public Suspense suspense() {
        return suspense;
    }

    /** Requests that are to be done once. */
    public IdempotentRequests idempotentRequests() {
        return idempotentRequests;
    }

    /** Teams. */
    public Teams teams() {
        return teams;
    }

    /** Members. */
    public Members members() {
        return members;
    }

    /** Projects. */
    public Projects projects() {
        return projects;
    }

    /** Definitions of caps. */
    public Caps caps() {
        return caps;
    }

    @Override
    public void close() {
        pool.close();
    }
}
