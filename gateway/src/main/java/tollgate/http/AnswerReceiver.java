package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;

/** Who takes an upstream's answer. Called on the loop of the call only; ends with one of onEnd and onFailure. */
public interface AnswerReceiver {
    /**
     * A connection is about to be used.
     *
     * @param number 1 for the first; 2 where a reused connection turned out to be dead
     * @param reused the connection has carried an answer before
     */
    void onAttempt(int number, boolean reused);

    /**
     * The head of the final answer; interim ones are swallowed.
     *
     * @param headers fields without the hop-by-hop ones
     * @param contentLength as declared; -1 where not
     */
    void onHead(int status, HttpHeaders headers, long contentLength);

    /** The next bytes of the body; the receiver releases them. */
    void onBody(ByteBuf slice);

    /** What one read of the socket brought has been delivered: the moment to flush onward. */
    void onBatchEnd();

    /** The answer is complete. */
    void onEnd();

    /** No complete answer will come. */
    void onFailure(UpstreamFailure failure);
}
