package tollgate;

import io.lettuce.core.RedisException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import tollgate.identity.KeyIdentity;
import tollgate.identity.KeySource;
import tollgate.records.Keys;
import tollgate.records.Records;
import tollgate.wallet.ControlPort;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keys as SQL has them, projected into Redis so that a miss of the local cache does not need SQL. Thread-safe.
 */
final class ProjectedKeys implements KeySource {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** What earlier releases projected said nothing of caps, plans, or frozen models, and they know nothing of rates. */
    private static final String PREFIX = "tollgate:key:5:";

    private final Records records;
    private final ControlPort control;
    private final Executor workers;

    ProjectedKeys(Records records, ControlPort control, Executor workers) {
        this.records = records;
        this.control = control;
        this.workers = workers;
    }

    @Override
    public CompletionStage<Optional<KeyIdentity>> find(String hash) {
        return CompletableFuture.supplyAsync(() -> look(hash), workers);
    }

    private Optional<KeyIdentity> look(String hash) {
        Optional<String> projected = projected(hash);
        if (projected.isPresent()) {
            return Optional.of(MAPPER.readValue(projected.get(), KeyIdentity.class));
        }
        Optional<KeyIdentity> found = records.keys().good(hash).map(this::identity);
        // one that may not spend is asked for anew until it may: no hold would tell that it is stale
        found.filter(KeyIdentity::maySpend).ifPresent(key -> project(hash, MAPPER.writeValueAsString(key)));
        return found;
    }

    @Override
    public CompletionStage<Optional<KeyIdentity>> current(String keyId) {
        return CompletableFuture.supplyAsync(
                () -> {
                    Optional<Keys.Key> found = records.keys().find(keyId);
                    return found.flatMap(this::projectNow);
                },
                workers);
    }

    /** Puts what is projected of a key right; returns who it stands for, where it is good. */
    private Optional<KeyIdentity> projectNow(Keys.Key key) {
        Optional<KeyIdentity> identity =
                Optional.of(key).filter(one -> one.revokedMs() == null).map(this::identity);
        project(
                key.hash(),
                identity.filter(KeyIdentity::maySpend)
                        .map(MAPPER::writeValueAsString)
                        .orElse(null));
        return identity;
    }

    private Optional<String> projected(String hash) {
        try {
            return control.projected(PREFIX + hash);
        } catch (RedisException away) {
            return Optional.empty();
        }
    }

    private void project(String hash, @Nullable String value) {
        try {
            control.project(PREFIX + hash, value);
        } catch (RedisException away) {
            // the next miss tries again; a hold cannot be placed now anyway
        }
    }

    /**
     * The key was made, changed or revoked. One that nobody has used yet is known without SQL, too; what stays while Redis
     * is away is refused by its policy number. One that has another secret by now stands for nobody.
     */
    void changed(Keys.Key key) {
        records.keys().good(key.hash()).ifPresentOrElse(this::projectNow, () -> project(key.hash(), null));
    }

    /** Puts every good key's projection right: what was projected may be older than what SQL has. */
    void projectAll() {
        String after = "";
        while (true) {
            var page = records.keys().list("", after, 500);
            for (Keys.Key key : page.data()) {
                projectNow(key);
            }
            String next = page.next();
            if (next == null) {
                return;
            }
            after = next;
        }
    }

    private KeyIdentity identity(Keys.Key key) {
        Long expires = key.expiresMs();
        return new KeyIdentity(
                key.id(),
                key.name(),
                key.organisation(),
                key.plan(),
                key.shard(),
                key.wallet(),
                key.live(),
                key.member(),
                key.project(),
                List.copyOf(key.allowedModels()),
                key.policy(),
                expires == null ? null : Instant.ofEpochMilli(expires),
                KeyBounds.of(
                        key, records.caps().above(key), records.modelFreezes().above(key.organisation())));
    }
}
