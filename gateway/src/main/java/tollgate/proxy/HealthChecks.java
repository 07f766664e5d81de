package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import tollgate.dialect.Dialect;
import tollgate.http.AnswerReceiver;
import tollgate.http.UpstreamFailure;
import tollgate.http.UpstreamPool;
import tollgate.http.UpstreamRequest;

/**
 * Asks an upstream now and then how it is, over a connection of its own, whether or not anybody else does. Two questions
 * without a good answer take it down, one with lifts it. What is down is asked only where nothing else can be had, so that a
 * check that is wrong stops nothing.
 *
 * <p>Confined to its event loop once it is begun.
 */
public final class HealthChecks implements AutoCloseable {
    private static final int FAILURES = 2;
    /** Each comes after four to six fifths of the time: gateways that start together must not ask together. */
    private static final int FIFTHS = 5;

    private final Upstream upstream;
    private final Dialect dialect;
    private final String path;
    private final Duration every;
    private final Health health;
    private final UpstreamPool pool;
    private final EventLoop loop;
    private int failures;
    private boolean closed;

    /**
     * Checks of one upstream.
     *
     * @param path what is asked, with our key
     * @param every how often, more or less
     * @param health where it is noted
     * @param pool for these questions alone; closed with the checks
     */
    public HealthChecks(
            Upstream upstream,
            Dialect dialect,
            String path,
            Duration every,
            Health health,
            UpstreamPool pool,
            EventLoop loop) {
        this.upstream = upstream;
        this.dialect = dialect;
        this.path = path;
        this.every = every;
        this.health = health;
        this.pool = pool;
        this.loop = loop;
    }

    /** Asks at once, then again and again. */
    public void begin() {
        loop.execute(this::ask);
    }

    private void ask() {
        if (closed) {
            return;
        }
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.set("accept", "*/*");
        headers.set("accept-encoding", "identity");
        String apiKey = upstream.apiKey();
        if (apiKey != null) {
            dialect.authorize(apiKey, headers::set);
        }
        pool.send(new UpstreamRequest(HttpMethod.GET, path, headers, Unpooled.EMPTY_BUFFER), new Answer());
    }

    private void told(boolean good) {
        failures = good ? 0 : failures + 1;
        if (good) {
            health.is(Health.State.UP);
        } else if (failures >= FAILURES) {
            health.is(Health.State.DOWN);
        }
        long millis = every.toMillis();
        long least = millis * (FIFTHS - 1) / FIFTHS;
        long next = least + ThreadLocalRandom.current().nextLong(1 + millis * 2 / FIFTHS);
        loop.schedule(this::ask, next, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        loop.execute(() -> {
            closed = true;
            pool.close();
        });
    }

    private final class Answer implements AnswerReceiver {
        private int status;

        @Override
        public void onAttempt(int number, boolean reused) {}

        @Override
        public void onHead(int answered, HttpHeaders headers, long contentLength) {
            status = answered;
        }

        @Override
        public void onBody(ByteBuf slice) {
            slice.release();
        }

        @Override
        public void onBatchEnd() {}

        @Override
        public void onEnd() {
            told(status < 400);
        }

        @Override
        public void onFailure(UpstreamFailure failure) {
            told(false);
        }
    }
}
