package tollgate.proxy;

import java.util.List;

/**
 * Whose turn it is among a route's targets: smooth weighted round-robin, so that any run of requests is shared by weight,
 * to within one request for each target. A target that lets nothing pass gets no claim on later turns. Confined to one
 * event loop; each loop shares by itself.
 */
final class Turns {
    private final List<Target> targets;
    private final long[] claims;

    Turns(List<Target> targets) {
        this.targets = targets;
        this.claims = new long[targets.size()];
    }

    /** Asks for something of a target. */
    interface Asked {
        /** Whether it lets it pass. */
        boolean passes(int target);
    }

    /**
     * Finds the target of a new request.
     *
     * @return its place in the list; -1 where none lets it pass
     */
    int first(Asked asked) {
        long shared = 0;
        for (int i = 0; i < claims.length; i++) {
            claims[i] += targets.get(i).weight();
            shared += targets.get(i).weight();
        }
        boolean[] refused = new boolean[claims.length];
        for (int next = most(refused); next >= 0; next = most(refused)) {
            if (asked.passes(next)) {
                claims[next] -= shared;
                return next;
            }
            refused[next] = true;
            claims[next] -= targets.get(next).weight();
            shared -= targets.get(next).weight();
        }
        return spare(asked, refused);
    }

    /**
     * Finds another target for a request that some have failed.
     *
     * @param tried where it has been; those that let nothing pass are added
     * @return its place in the list; -1 where none is left
     */
    int another(Asked asked, boolean[] tried) {
        for (int next = most(tried); next >= 0; next = most(tried)) {
            if (asked.passes(next)) {
                return next;
            }
            tried[next] = true;
        }
        return spare(asked, tried);
    }

    private int most(boolean[] but) {
        int most = -1;
        for (int i = 0; i < claims.length; i++) {
            if (!but[i] && targets.get(i).weight() > 0 && (most < 0 || claims[i] > claims[most])) {
                most = i;
            }
        }
        return most;
    }

    private int spare(Asked asked, boolean[] but) {
        for (int i = 0; i < claims.length; i++) {
            if (!but[i] && targets.get(i).weight() == 0) {
                if (asked.passes(i)) {
                    return i;
                }
                but[i] = true;
            }
        }
        return -1;
    }
}
