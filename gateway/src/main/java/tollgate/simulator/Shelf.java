package tollgate.simulator;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What the sandbox keeps for its callers, the newest ten thousand of it: responses, completions, conversations. Thread-safe. */
final class Shelf {
    private static final int MOST = 10_000;

    private final Map<String, Object> kept = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Object> eldest) {
            return size() > MOST;
        }
    };

    /** An id that nothing has. */
    static String id(String prefix) {
        return prefix + UUID.randomUUID().toString().replace("-", "");
    }

    /**
     * A response that is kept.
     *
     * @param asked the request it answers
     * @param answer what it says once it is made
     * @param background it is made while nobody waits
     * @param readyNanos when it is made, as {@link System#nanoTime}
     * @param forgottenNanos when it is forgotten, likewise
     * @param cancelled it was called off before
     */
    record KeptResponse(
            JsonNode asked,
            ResponseAnswer answer,
            boolean background,
            long readyNanos,
            long forgottenNanos,
            boolean cancelled) {
        boolean isReady() {
            return !cancelled && System.nanoTime() - readyNanos >= 0;
        }

        boolean isForgotten() {
            return System.nanoTime() - forgottenNanos >= 0;
        }

        KeptResponse calledOff() {
            return new KeptResponse(asked, answer, background, readyNanos, forgottenNanos, true);
        }
    }

    /** Puts something there. */
    synchronized void put(String id, Object what) {
        kept.put(id, what);
    }

    /** A response; null where there is none. */
    synchronized @Nullable KeptResponse response(String id) {
        if (kept.get(id) instanceof KeptResponse response) {
            if (!response.isForgotten()) {
                return response;
            }
            kept.remove(id);
        }
        return null;
    }

    /** A conversation or a completion; null where there is none. */
    synchronized @Nullable ObjectNode document(String id) {
        return kept.get(id) instanceof ObjectNode document ? document : null;
    }

    /** Throws something away; false where there is none. */
    synchronized boolean remove(String id) {
        return kept.remove(id) != null;
    }
}
