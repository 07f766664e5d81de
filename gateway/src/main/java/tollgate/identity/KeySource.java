package tollgate.identity;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Where keys are looked up that are not cached. Thread-safe; never blocks. */
public interface KeySource {
    /**
     * Looks a key up.
     *
     * @param hash its {@link ApiKey#hash}
     * @return who it stands for; empty: no such key, or a revoked one. Fails where nobody can tell right now
     */
    CompletionStage<Optional<KeyIdentity>> find(String hash);

    /**
     * What a key stands for right now, whatever was remembered of it.
     *
     * @param keyId its id
     * @return as {@link #find} does
     */
    CompletionStage<Optional<KeyIdentity>> current(String keyId);
}
