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
 * @param drains whether a stream is read to its end where its client has left; null: where not all of its output is visible
 */
public record Upstream(
        String name,
        String dialect,
        @Nullable String apiKey,
        UpstreamSettings settings,
        boolean costReported,
        @Nullable RequestSigner signer,
        @Nullable Boolean drains) {
    /** One that is shown a key. */
    public Upstream(
            String name, String dialect, @Nullable String apiKey, UpstreamSettings settings, boolean costReported) {
        this(name, dialect, apiKey, settings, costReported, null, null);
    }

    /** Without the key: it must not get into a log. */
    @Override
    public String toString() {
        return name + " (" + dialect + ") at " + settings.baseUrl();
    }
}
