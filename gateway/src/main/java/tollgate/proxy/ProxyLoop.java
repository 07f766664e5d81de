package tollgate.proxy;

import io.netty.channel.EventLoop;
import java.util.IdentityHashMap;
import java.util.function.Supplier;
import tollgate.http.UpstreamPool;
import tollgate.http.Upstreams;
import tollgate.journal.LoopJournal;
import tollgate.wallet.Admission;

/** What the exchanges of one event loop share. Confined to that loop once it runs. */
public final class ProxyLoop {
    private final EventLoop loop;
    private final Admission admission;
    private final LoopJournal journal;
    private final Supplier<String> ids;
    private final Upstreams upstreams;
    private final HoldKeeper keeper;
    private final AccessLog accessLog;
    private final IdentityHashMap<Upstream, UpstreamPool> pools = new IdentityHashMap<>();
    private final IdentityHashMap<Route, Turns> turns = new IdentityHashMap<>();

    /**
     * Resources for a loop.
     *
     * @param admission sets money aside and takes it
     * @param journal keeps settlements
     * @param ids new exchange ids
     * @param upstreams makes pools
     */
    public ProxyLoop(
            EventLoop loop,
            Admission admission,
            LoopJournal journal,
            Supplier<String> ids,
            Upstreams upstreams,
            ProxyContext context) {
        this.loop = loop;
        this.admission = admission;
        this.journal = journal;
        this.ids = ids;
        this.upstreams = upstreams;
        this.accessLog = new AccessLog(loop);
        this.keeper = new HoldKeeper(loop, context.holds(), context.telemetry());
    }

    EventLoop loop() {
        return loop;
    }

    Admission admission() {
        return admission;
    }

    LoopJournal journal() {
        return journal;
    }

    AccessLog accessLog() {
        return accessLog;
    }

    HoldKeeper keeper() {
        return keeper;
    }

    String newId() {
        return ids.get();
    }

    UpstreamPool pool(Upstream upstream) {
        return pools.computeIfAbsent(upstream, one -> upstreams.pool(one.settings(), loop));
    }

    Turns turns(Route route) {
        return turns.computeIfAbsent(route, one -> new Turns(one.targets()));
    }

    void close() {
        pools.values().forEach(UpstreamPool::close);
        pools.clear();
        accessLog.write();
    }
}
