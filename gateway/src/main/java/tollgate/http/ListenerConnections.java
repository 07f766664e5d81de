package tollgate.http;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The open connections and exchanges of one listener. Thread-safe. */
final class ListenerConnections {
    /** One connection. */
    interface Member {
        /** Tells the client, where the protocol can, that it should send what is new elsewhere. Any thread. */
        void announceEnd();

        /** Ends when the exchange under way has ended, at once where there is none. Any thread. */
        void drain();

        /** Ends now. Any thread. */
        void close();
    }

    private final Set<Member> members = ConcurrentHashMap.newKeySet();
    private final AtomicInteger exchanges = new AtomicInteger();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean leaving;
    private volatile boolean draining;

    void opened(Member member) {
        members.add(member);
        if (draining) {
            member.drain();
        } else if (leaving) {
            member.announceEnd();
        }
    }

    void closed(Member member) {
        members.remove(member);
        completeIfDrained();
    }

    void exchangeBegan() {
        exchanges.incrementAndGet();
    }

    void exchangeEnded() {
        exchanges.decrementAndGet();
        completeIfDrained();
    }

    int exchanges() {
        return exchanges.get();
    }

    /** Whether every answer is its connection's last. */
    boolean leaving() {
        return leaving;
    }

    /** From now on every answer is its connection's last, and says so; new ones are served all the same. */
    void announceEnd() {
        leaving = true;
        for (Member member : members) {
            member.announceEnd();
        }
    }

    /** Completes when no connection is left. */
    CompletableFuture<Void> drain() {
        leaving = true;
        draining = true;
        for (Member member : members) {
            member.drain();
        }
        completeIfDrained();
        return drained;
    }

    void closeAll() {
        for (Member member : members) {
            member.close();
        }
    }

    private void completeIfDrained() {
        if (draining && members.isEmpty()) {
            drained.complete(null);
        }
    }
}
