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
    private static final String SQLITE_CLOCK =
            "SELECT CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)";
    private static final String POSTGRES_CLOCK = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

    private final HikariDataSource pool;
    private final String clock;
    private final Jdbi jdbi;
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
    private final Grants grants;
    private final Audit audit;
    private final ModelFreezes modelFreezes;
    private final Approvals approvals;
    private final Statements statements;
    private final TrialBalance trialBalance;
    private final ProviderObjects providerObjects;
    private final Jobs jobs;
    private final Moves moves;

    private Records(HikariDataSource pool, String clock) {
        this.pool = pool;
        this.clock = clock;
        this.jdbi = Jdbi.create(pool);
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
        this.grants = new Grants(jdbi);
        this.audit = new Audit(jdbi);
        this.modelFreezes = new ModelFreezes(jdbi);
        this.approvals = new Approvals(jdbi);
        this.statements = new Statements(jdbi);
        this.trialBalance = new TrialBalance(jdbi);
        this.providerObjects = new ProviderObjects(jdbi);
        this.jobs = new Jobs(jdbi);
        this.moves = new Moves(jdbi);
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
        return open(pooled, SQLITE_CLOCK);
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
        return open(pooled, POSTGRES_CLOCK);
    }

    private static Records open(HikariConfig pooled, String clock) {
        pooled.setPoolName("records");
        HikariDataSource pool = new HikariDataSource(pooled);
        Flyway.configure()
                .dataSource(pool)
                .locations("classpath:tollgate/records")
                .load()
                .migrate();
        return new Records(pool, clock);
    }

    /**
     * The clock that leases and heartbeats are told by, in milliseconds since 1970: the database's, since those of its
     * gateways may differ.
     */
    public long nowMs() {
        return jdbi.withHandle(handle -> handle.select(clock).mapTo(Long.class).one());
    }

    /** Moves of organisations between shards. */
    public Moves moves() {
        return moves;
    }

    /** Organisations. */
    public Organisations organisations() {
        return organisations;
    }

    /** Wallets. */
    public Wallets wallets() {
        return wallets;
    }

    /** What people did by their own word. */
    public Audit audit() {
        return audit;
    }

    /** Models that nobody may use. */
    public ModelFreezes modelFreezes() {
        return modelFreezes;
    }

    /** Money that waits for somebody else to agree. */
    public Approvals approvals() {
        return approvals;
    }

    /** What wallets' ledgers come to. */
    public Statements statements() {
        return statements;
    }

    /** What all ledgers come to together. */
    public TrialBalance trialBalance() {
        return trialBalance;
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

    /** Promotional money. */
    public Grants grants() {
        return grants;
    }

    /** Whose is what providers keep. */
    public ProviderObjects providerObjects() {
        return providerObjects;
    }

    /** Answers that providers make while nobody waits. */
    public Jobs jobs() {
        return jobs;
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
