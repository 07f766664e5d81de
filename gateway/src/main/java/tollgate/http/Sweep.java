package tollgate.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Looks at every open connection and call of one event loop ten times a second, so that a deadline costs a field and
 * not a timer. Confined to its event loop; precise to a tenth of a second.
 */
final class Sweep {
    private static final long EVERY_MS = 100;
    private static final FastThreadLocal<Sweep> OF_THREAD = new FastThreadLocal<>();

    /** Something with deadlines. */
    interface Swept {
        /** Acts on deadlines that have passed at this {@link System#nanoTime()}. May leave the sweep. */
        void sweep(long now);

        /** Its place in the sweep, kept by the sweep. */
        int sweepIndex();

        /** Sets its place in the sweep. */
        void sweepIndex(int index);
    }

    private final ArrayList<Swept> members = new ArrayList<>();

    private Sweep(EventLoop loop) {
        loop.scheduleAtFixedRate(this::sweepAll, EVERY_MS, EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /** The sweep of an event loop; must be called on it. */
    static Sweep of(EventLoop loop) {
        Sweep sweep = OF_THREAD.get();
        if (sweep == null) {
            sweep = new Sweep(loop);
            OF_THREAD.set(sweep);
        }
        return sweep;
    }

    void join(Swept member) {
        member.sweepIndex(members.size());
        members.add(member);
    }

    /** Harmless when it has left already. */
    void leave(Swept member) {
        int index = member.sweepIndex();
        if (index < 0) {
            return;
        }
        Swept last = members.removeLast();
        if (index < members.size()) {
            members.set(index, last);
            last.sweepIndex(index);
        }
        member.sweepIndex(-1);
    }

    private void sweepAll() {
        long now = System.nanoTime();
        for (int i = members.size() - 1; i >= 0; i--) {
            if (i < members.size()) {
                members.get(i).sweep(now);
            }
        }
    }
}
