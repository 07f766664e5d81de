package tollgate.simulator;

import java.util.ArrayList;
import java.util.List;

/** Where requests wait for each other. Thread-safe. */
final class Barriers {
    private final List<Runnable> waiting = new ArrayList<>();

    /** Runs the task once so many wait; the last one releases them all. The task must hop to its own thread. */
    void await(long parties, Runnable released) {
        List<Runnable> free = List.of();
        synchronized (waiting) {
            waiting.add(released);
            if (waiting.size() >= parties) {
                free = List.copyOf(waiting);
                waiting.clear();
            }
        }
        free.forEach(Runnable::run);
    }

    /** Releases everyone; returns how many waited. */
    int release() {
        List<Runnable> free;
        synchronized (waiting) {
            free = List.copyOf(waiting);
            waiting.clear();
        }
        free.forEach(Runnable::run);
        return free.size();
    }

    int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }
}
