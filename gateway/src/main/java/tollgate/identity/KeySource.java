package tollgate.identity;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Where keys are looked up that are not cached. Thread-safe; never blocks. */
@FunctionalInterface
public interface KeySource {
    /**
     * Looks a key up.
     *
     * @param hash its {@link ApiKey#hash}
     * @return who it stands for; empty: no such key, or a revoked one. Fails where nobody can tell right now
     */
    CompletionStage<Optional<KeyIdentity>> find(String hash);
}
