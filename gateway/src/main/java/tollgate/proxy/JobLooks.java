package tollgate.proxy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.dialect.Dialect;
import tollgate.dialect.Service;
import tollgate.http.UpstreamCall;
import tollgate.http.UpstreamRequest;

/**
 * Asks providers how jobs are, by the account's own keys: the one that has been due longest first, so many at once at each
 * upstream and none for longer than it may take, so that a provider that hangs keeps nobody else's waiting. Thread-safe.
 */
final class JobLooks {
    private static final Logger LOG = LoggerFactory.getLogger(JobLooks.class);

    /** Who wants to know. */
    interface Sight {
        /** A job was looked at: called once for each look, on the loop. */
        void saw(ProxyLoop loop, RunningJob job, JobLook.Seen seen);
    }

    private final ProxyContext context;
    private final List<ProxyLoop> loops;
    private final JobSettings settings;
    private final Sight sight;
    private final Map<String, AtomicInteger> underWay = new ConcurrentHashMap<>();
    private final AtomicInteger turn = new AtomicInteger();

    JobLooks(ProxyContext context, List<ProxyLoop> loops, JobSettings settings, Sight sight) {
        this.context = context;
        this.loops = List.copyOf(loops);
        this.settings = settings;
        this.sight = sight;
    }

    /** Where a job is made, and what is spoken there. */
    record Place(Upstream upstream, Dialect dialect) {}

    /** Where a job is made; null where the configuration knows no such place any more. */
    @Nullable
    Place place(Job job) {
        Upstream upstream =
                context.routing().named(job.facts().upstream(), job.facts().live());
        for (Dialect dialect : context.dialects()) {
            if (upstream != null
                    && dialect.name().equals(upstream.dialect())
                    && dialect.services().contains(Service.RESPONSES)) {
                return new Place(upstream, dialect);
            }
        }
        return null;
    }

    /** A loop; each in its turn. */
    ProxyLoop nextLoop() {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    /** Looks at what is due. Called by one thread. */
    void round(Collection<RunningJob> jobs, long now) {
        record Due(RunningJob job, long sinceNanos) {}
        List<Due> due = new ArrayList<>();
        for (RunningJob job : jobs) {
            long since = job.dueNanos(now);
            if (since >= 0) {
                due.add(new Due(job, since));
            }
        }
        due.sort(Comparator.comparingLong(Due::sinceNanos).reversed());
        for (Due each : due) {
            String upstream = each.job.job().facts().upstream();
            AtomicInteger there = underWay.computeIfAbsent(upstream, any -> new AtomicInteger());
            if (there.get() < settings.mostLooks() && each.job.begin(now)) {
                there.incrementAndGet();
                ProxyLoop loop = nextLoop();
                loop.loop().execute(() -> look(loop, each.job, there));
            }
        }
    }

    private void look(ProxyLoop loop, RunningJob running, AtomicInteger there) {
        Place at = place(running.job());
        if (at == null) {
            there.decrementAndGet();
            sight.saw(loop, running, new JobLook.Seen.Nothing(JobEnds.NO_UPSTREAM));
            return;
        }
        JobLook look = new JobLook(at.dialect, seen -> {
            there.decrementAndGet();
            sight.saw(loop, running, seen);
        });
        try {
            UpstreamCall call = send(loop, at, HttpMethod.GET, running.job().target(), look);
            var patience = loop.loop()
                    .schedule(
                            () -> {
                                look.failed("no answer within " + settings.lookWait());
                                call.cancel();
                            },
                            settings.lookWait().toMillis(),
                            TimeUnit.MILLISECONDS);
            look.patience(patience);
        } catch (RuntimeException defect) {
            LOG.error("job of exchange {} cannot be looked at", running.job().exchange(), defect);
            look.failed(defect.toString());
        }
    }

    /** Asks the provider to end its work; on the loop. What comes of that the next look says. */
    void callOff(ProxyLoop loop, Job job) {
        Place at = place(job);
        if (at != null) {
            String target = job.target();
            int query = target.indexOf('?');
            String path = query < 0 ? target : target.substring(0, query);
            send(
                    loop,
                    at,
                    HttpMethod.POST,
                    path + "/cancel" + (query < 0 ? "" : target.substring(query)),
                    new JobLook(at.dialect, seen -> {}));
        }
    }

    private static UpstreamCall send(ProxyLoop loop, Place at, HttpMethod method, String target, JobLook look) {
        HttpHeaders headers = new DefaultHttpHeaders()
                .set(HttpHeaderNames.ACCEPT, "application/json")
                .set(HttpHeaderNames.ACCEPT_ENCODING, "identity");
        String apiKey = at.upstream.apiKey();
        if (apiKey != null) {
            at.dialect.authorize(apiKey, headers::set);
        }
        return loop.pool(at.upstream).send(new UpstreamRequest(method, target, headers, Unpooled.EMPTY_BUFFER), look);
    }
}
