package tollgate.proxy;

import org.jspecify.annotations.Nullable;
import tollgate.http.UpstreamSettings;

/**
 * Somewhere requests are forwarded to. Immutable.
 *
 * @param name as configured
 * @param dialect name of the wire language spoken there
 * @param apiKey our own key there; null where none is needed
 * @param settings how it is reached
 * @param costReported what its answers say that they cost is the cost
 * @param signer shows there who asks where a key does not; null: a key does
 * @param region where it works, as its operator calls that; null: not said
 * @param prices whose rate cards go first for what it does; null: its dialect's own provider's
 * @param drains whether a stream is read to its end where its client has left; null: where not all of its output is visible
 */
public record Upstream(
        String name,
        String dialect,
        @Nullable String apiKey,
        UpstreamSettings settings,
        boolean costReported,
        @Nullable RequestSigner signer,
        @Nullable String region,
        @Nullable String prices,
        @Nullable Boolean drains) {
    /** Without the key: it must not get into a log. */
    @Override
    public String toString() {
        return name + " (" + dialect + ") at " + settings.baseUrl();
    }
}
