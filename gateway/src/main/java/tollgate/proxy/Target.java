package tollgate.proxy;

import org.jspecify.annotations.Nullable;

/**
 * One upstream that a route may choose. Immutable; its standing is thread-safe.
 *
 * @param upstream where requests go
 * @param model what is asked for there; null: what the client asks for
 * @param weight its share beside the others'; 0: only where none of those can be had
 * @param standing how it does; null: nobody looks
 */
public record Target(
        Upstream upstream,
        @Nullable String model,
        int weight,
        @Nullable Standing standing) {
    /** The name of the model that it is asked for. */
    String asks(String asked) {
        return model == null ? asked : model;
    }
}
