package tollgate.proxy;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Picks the upstream of a request: a dialect's paths go to the first upstream of that dialect, and test money always to
 * the sandbox. Immutable and thread-safe.
 */
public final class Routing {
    private final List<Upstream> live;
    private final List<Upstream> sandbox;

    /**
     * Routes for these upstreams.
     *
     * @param live real providers
     * @param sandbox where exchanges of test wallets go
     */
    public Routing(List<Upstream> live, List<Upstream> sandbox) {
        this.live = List.copyOf(live);
        this.sandbox = List.copyOf(sandbox);
    }

    /** The upstream, or null where none serves the dialect. */
    @Nullable
    Upstream of(String dialect, boolean liveMoney) {
        for (Upstream upstream : liveMoney ? live : sandbox) {
            if (upstream.dialect().equals(dialect)) {
                return upstream;
            }
        }
        return null;
    }

    /** The upstream of a name, where something is kept; null where there is none any more. */
    @Nullable
    Upstream named(String name, boolean liveMoney) {
        for (Upstream upstream : liveMoney ? live : sandbox) {
            if (upstream.name().equals(name)) {
                return upstream;
            }
        }
        return null;
    }

    /** All of them. */
    List<Upstream> all() {
        return Stream.concat(live.stream(), sandbox.stream()).toList();
    }
}
