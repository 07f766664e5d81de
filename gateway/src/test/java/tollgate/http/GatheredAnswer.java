package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Gathers an answer as text: each attempt, the status, the body, and how it was over. */
final class GatheredAnswer implements AnswerReceiver {
    final StringBuilder log = new StringBuilder();
    final CompletableFuture<String> over = new CompletableFuture<>();

    /** Of a failure. Read once it is over. */
    volatile String detail = "";

    @Override
    public void onAttempt(int number, boolean reused) {
        log.append(reused ? "reused " : "new ");
    }

    @Override
    public void onHead(int status, HttpHeaders headers, long contentLength) {
        log.append(status).append(' ').append(headers.get("X-Kept", "")).append(headers.get("X-Hop", ""));
    }

    @Override
    public void onBody(ByteBuf slice) {
        log.append(slice.toString(StandardCharsets.ISO_8859_1));
        slice.release();
    }

    @Override
    public void onBatchEnd() {}

    @Override
    public void onEnd() {
        over.complete(log.append(" end").toString());
    }

    @Override
    public void onFailure(UpstreamFailure failure) {
        detail = failure.detail();
        over.complete(log.append(' ').append(failure.kind()).toString());
    }
}
