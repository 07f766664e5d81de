package tollgate.identity;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who a key stands for. Immutable.
 *
 * @param keyId the key's id: never the key
 * @param name the key's name
 * @param organisation whose it is
 * @param plan what that has bought; null: nothing in particular
 * @param shard where the organisation's money is kept
 * @param wallet who pays
 * @param live real money; otherwise the sandbox's
 * @param member who the key belongs to
 * @param project what the key is for
 * @param allowedModels patterns of models it may use, {@code *} for any run of characters; none: all
 * @param policy the organisation's policy number this was resolved under
 * @param expires when it stops being good
 * @param bounds how far its holder may go
 */
public record KeyIdentity(
        String keyId,
        String name,
        String organisation,
        @Nullable String plan,
        int shard,
        String wallet,
        boolean live,
        @Nullable String member,
        @Nullable String project,
        List<String> allowedModels,
        long policy,
        @Nullable Instant expires,
        Bounds bounds) {
    /** Copies what could change. */
    public KeyIdentity {
        allowedModels = List.copyOf(allowedModels);
    }

    /** Whether its holder may spend. */
    public boolean maySpend() {
        return bounds.standing() == Bounds.Standing.GOOD;
    }

    /** Whether a model is frozen for its holder, by whatever name; capital letters, which a provider may not tell apart, are not. */
    public boolean isFrozen(String... names) {
        return bounds.frozenModels().stream()
                .map(pattern -> pattern.toLowerCase(Locale.ROOT))
                .anyMatch(pattern -> Arrays.stream(names)
                        .anyMatch(name -> ModelPattern.matches(pattern, name.toLowerCase(Locale.ROOT))));
    }

    /** Whether it may use a model. */
    public boolean allows(String model) {
        return allowedModels.isEmpty()
                || allowedModels.stream().anyMatch(pattern -> ModelPattern.matches(pattern, model));
    }
}
