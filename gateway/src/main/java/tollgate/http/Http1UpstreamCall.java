package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import tollgate.http.UpstreamFailure.Kind;

/**
 * One request to an upstream, over one connection or, where a reused one was dead, over two.
 *
 * <h2>Threading</h2> Confined to the exchange's event loop.
 * <h2>Reference counting</h2> Keeps the body until an answer begins, so that it can be sent again.
 */
final class Http1UpstreamCall implements UpstreamCall, Sweep.Swept {
    private final Http1UpstreamPool pool;
    private final UpstreamSettings settings;
    private final UpstreamRequest request;
    private final AnswerReceiver receiver;
    private final long began = System.nanoTime();
    private @Nullable UpstreamConnection connection;
    private @Nullable ByteBuf body;
    private @Nullable Channel connecting;
    private long connectingSince;
    private int attempts;
    private boolean sent;
    private boolean answered;
    private boolean paused;
    private boolean over;
    private long waitingSince;
    private int sweepIndex = -1;

    Http1UpstreamCall(
            Http1UpstreamPool pool, UpstreamSettings settings, UpstreamRequest request, AnswerReceiver receiver) {
        this.pool = pool;
        this.settings = settings;
        this.request = request;
        this.receiver = receiver;
        this.body = request.body();
    }

    UpstreamRequest request() {
        return request;
    }

    boolean isOver() {
        return over;
    }

    /** A connection is being made for this call: the budget for names, TCP and TLS begins. */
    void connecting(Channel channel) {
        if (over) {
            channel.close();
        } else {
            connecting = channel;
            connectingSince = System.nanoTime();
        }
    }

    /** The request goes out over this connection. */
    void carriedBy(UpstreamConnection connection, ByteBuf head) {
        connecting = null;
        this.connection = connection;
        attempts++;
        receiver.onAttempt(attempts, connection.usedBefore());
        ByteBuf bytes = body;
        if (over || bytes == null) {
            head.release();
            return;
        }
        waitingSince = System.nanoTime();
        if (paused) {
            connection.pauseRead(true);
        }
        connection.carry(this, head, bytes.retainedDuplicate());
    }

    void requestWritten(UpstreamConnection by) {
        if (by == connection) {
            sent = true;
            waitingSince = System.nanoTime();
        }
    }

    void head(int status, HttpHeaders headers, long contentLength) {
        answered = true;
        waitingSince = System.nanoTime();
        releaseBody();
        if (!over) {
            receiver.onHead(status, headers, contentLength);
        }
    }

    void body(ByteBuf slice) {
        if (over) {
            slice.release();
            return;
        }
        waitingSince = System.nanoTime();
        receiver.onBody(slice);
    }

    void batchEnd() {
        if (!over && answered) {
            receiver.onBatchEnd();
        }
    }

    void end() {
        if (finish()) {
            receiver.onEnd();
        }
    }

    /** The connection failed; a reused one that never answered is replaced once. */
    void failed(UpstreamFailure failure, boolean reused) {
        connection = null;
        if (!over && reused && !answered && failure.kind() == Kind.RESET && attempts == 1) {
            sent = false;
            pool.connect(this);
        } else {
            fail(failure);
        }
    }

    void fail(UpstreamFailure failure) {
        UpstreamConnection carrying = connection;
        if (finish()) {
            if (carrying != null) {
                carrying.abandon();
            }
            receiver.onFailure(failure);
        }
    }

    private boolean finish() {
        if (over) {
            return false;
        }
        over = true;
        connection = null;
        Channel half = connecting;
        if (half != null) {
            connecting = null;
            half.close();
        }
        releaseBody();
        pool.sweep().leave(this);
        return true;
    }

    private void releaseBody() {
        ByteBuf bytes = body;
        if (bytes != null) {
            body = null;
            bytes.release();
        }
    }

    @Override
    public void pauseRead(boolean paused) {
        if (this.paused == paused || over) {
            return;
        }
        this.paused = paused;
        waitingSince = System.nanoTime();
        UpstreamConnection carrying = connection;
        if (carrying != null) {
            carrying.pauseRead(paused);
        }
    }

    @Override
    public void cancel() {
        UpstreamConnection carrying = connection;
        if (finish() && carrying != null) {
            carrying.abandon();
        }
    }

    @Override
    public boolean requestSent() {
        return sent;
    }

    @Override
    public void sweep(long now) {
        if (connecting != null && now - connectingSince > settings.connect().toNanos()) {
            fail(new UpstreamFailure(Kind.CONNECT_TIMEOUT, "no connection within " + settings.connect()));
        } else if (now - began > settings.total().toNanos()) {
            fail(new UpstreamFailure(Kind.TOTAL_TIMEOUT, "no complete answer within " + settings.total()));
        } else if (connection != null
                && !answered
                && sent
                && now - waitingSince > settings.firstByte().toNanos()) {
            fail(new UpstreamFailure(Kind.FIRST_BYTE_TIMEOUT, "no answer within " + settings.firstByte()));
        } else if (answered && !paused && now - waitingSince > settings.idle().toNanos()) {
            fail(new UpstreamFailure(Kind.IDLE_TIMEOUT, "nothing more within " + settings.idle()));
        } else if (connection != null
                && !sent
                && now - waitingSince > settings.idle().toNanos()) {
            fail(new UpstreamFailure(Kind.IDLE_TIMEOUT, "the request was not taken within " + settings.idle()));
        }
    }

    @Override
    public int sweepIndex() {
        return sweepIndex;
    }

    @Override
    public void sweepIndex(int index) {
        sweepIndex = index;
    }
}
