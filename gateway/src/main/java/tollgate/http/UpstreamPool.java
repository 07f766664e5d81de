package tollgate.http;

/** Connections of one event loop to one upstream. Confined to that loop. */
public interface UpstreamPool extends AutoCloseable {
    /**
     * Sends a request over an idle connection, else over a new one. A reused connection that turns out to be dead before
     * any byte of an answer is replaced once by a new one.
     *
     * @param receiver is called from within this method at the earliest with {@link AnswerReceiver#onAttempt}
     */
    UpstreamCall send(UpstreamRequest request, AnswerReceiver receiver);

    /** Closes the idle connections; calls under way go on. */
    @Override
    void close();
}
