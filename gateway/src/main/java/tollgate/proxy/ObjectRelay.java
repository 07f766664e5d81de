package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Dialect;
import tollgate.dialect.Refusal;
import tollgate.dialect.Service;
import tollgate.http.AnswerReceiver;
import tollgate.http.ServerExchange;
import tollgate.http.UpstreamCall;
import tollgate.http.UpstreamFailure;
import tollgate.metering.Observed;

/**
 * What a provider answers about something that it keeps, on its way to the client: as it is, but for errors about our own
 * account. An answer that makes something is kept back until its id is known.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 * <h2>Back-pressure</h2> While the client's side takes no more, the upstream is not read.
 */
final class ObjectRelay implements AnswerReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectRelay.class);
    private static final int MOST_KEPT_BACK = 1 << 20;

    private final ProxyContext context;
    private final ServerExchange server;
    private final Dialect dialect;
    private final Upstream upstream;
    private final String id;
    private final Consumer<@Nullable String> done;
    private final boolean makes;
    private final CompositeByteBuf keptBack;
    private @Nullable UpstreamCall call;
    private @Nullable ErrorAnswer error;
    private @Nullable Consumer<Observed> retrieved;
    private @Nullable RetrievalWatch watch;
    private HttpHeaders head = new DefaultHttpHeaders();
    private int status;
    private boolean flows;
    private boolean over;

    /**
     * A relay.
     *
     * @param makes the answer names what it made
     * @param done is told once it is done, before the client is; with the id of what was made, where the answer has one
     */
    ObjectRelay(
            ProxyContext context,
            ServerExchange server,
            Dialect dialect,
            Upstream upstream,
            String id,
            boolean makes,
            Consumer<@Nullable String> done) {
        this.context = context;
        this.server = server;
        this.dialect = dialect;
        this.upstream = upstream;
        this.id = id;
        this.makes = makes;
        this.done = done;
        this.keptBack = server.alloc().compositeBuffer(64);
    }

    /** It is asked for. */
    void runs(UpstreamCall asked) {
        call = asked;
    }

    /** Who wants to know how much the client gets of an answer that is still made. */
    void watching(Consumer<Observed> by) {
        retrieved = by;
    }

    @Override
    public void onAttempt(int number, boolean reused) {}

    @Override
    public void onHead(int answered, HttpHeaders headers, long contentLength) {
        status = answered;
        head = ForwardedHeaders.downstream(headers, answered);
        head.set("X-Tollgate-Request-Id", id);
        Cors.allow(head, server.head().headers().get(HttpHeaderNames.ORIGIN));
        if (answered >= 300) {
            error = new ErrorAnswer(headers);
        } else if (!makes && !over) {
            done.accept(null);
            flows = true;
            if (retrieved != null) {
                watch = RetrievalWatch.of(dialect, headers, server.head().query(), retrieved);
            }
            server.sendHead(answered, head, answered == 204 ? -1 : contentLength);
        }
    }

    @Override
    public void onBody(ByteBuf slice) {
        if (over) {
            slice.release();
        } else if (flows) {
            if (watch != null) {
                watch.saw(slice);
            }
            server.write(slice);
        } else if (keptBack.readableBytes() + slice.readableBytes() > MOST_KEPT_BACK) {
            slice.release();
            refuse(status >= 300 ? Refusals.upstreamError(Math.max(400, status)) : Refusals.upstreamGarbled());
        } else {
            if (error != null) {
                error.read(slice);
            }
            keptBack.addComponent(true, slice);
        }
    }

    @Override
    public void onBatchEnd() {
        if (flows && !over) {
            server.flush();
            if (call != null && !server.writable()) {
                call.pauseRead(true);
            }
        }
    }

    @Override
    public void onEnd() {
        if (over) {
            return;
        }
        if (flows) {
            close();
            server.end(null);
        } else if (error != null) {
            failed(error);
        } else {
            made();
        }
    }

    private void made() {
        AnswerScanner reading = dialect.scanner(Service.RESPONSES, new AnswerShape(false, false, false));
        reading.scan(keptBack);
        reading.end(true);
        String named = reading.facts().objectId();
        if (named == null) {
            refuse(Refusals.upstreamGarbled());
            return;
        }
        done.accept(named);
        passKeptBack();
    }

    private void failed(ErrorAnswer answer) {
        if (status < 400) {
            refuse(Refusals.upstreamRedirect());
        } else if (status == 401 || status == 402 || status == 403 || answer.blamesAccount(dialect)) {
            LOG.warn("upstream {} refuses the gateway's own account with status {}", upstream.name(), status);
            refuse(Refusals.upstreamCredentials());
        } else if (!answer.readable()) {
            refuse(Refusals.upstreamError(status));
        } else {
            passKeptBack();
        }
    }

    private void passKeptBack() {
        ByteBuf whole = keptBack.retain();
        close();
        server.simple(status, head, whole);
    }

    @Override
    public void onFailure(UpstreamFailure broken) {
        Metered.upstreamFailed(
                context.telemetry(), upstream.name(), broken.kind().name());
        if (over) {
            return;
        }
        if (flows) {
            close();
            server.abort();
        } else {
            refuse(Refusals.upstreamFailed(broken));
        }
    }

    private void refuse(Refusal refusal) {
        close();
        cancel();
        Refuser.send(server, dialect, id, refusal, headers -> headers.set("X-Tollgate-Request-Id", id));
    }

    /** The client left: what is kept stays as it is. */
    void clientGone() {
        if (!over) {
            close();
            cancel();
        }
    }

    /** The client takes bytes again. */
    void clientWritable() {
        if (!over && call != null) {
            call.pauseRead(false);
        }
    }

    private void cancel() {
        if (call != null) {
            call.cancel();
        }
    }

    private void close() {
        over = true;
        if (watch != null) {
            watch.ends();
        }
        keptBack.release();
        if (error != null) {
            error.close();
        }
    }
}
