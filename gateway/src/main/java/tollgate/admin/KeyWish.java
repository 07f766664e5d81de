package tollgate.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a key is to be like.
 *
 * @param wallet who pays
 * @param member whose it is
 * @param project what it is for
 * @param allowedModels patterns; none: all
 * @param expires from when on it is good for nothing; null: never
 */
record KeyWish(
        String wallet,
        String name,
        @Nullable String member,
        @Nullable String project,
        List<String> allowedModels,
        @Nullable Instant expires) {
    KeyWish {
        allowedModels = List.copyOf(allowedModels);
    }
}
