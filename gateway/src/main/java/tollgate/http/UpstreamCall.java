package tollgate.http;

/** One request under way at an upstream. Confined to its event loop. */
public interface UpstreamCall {
    /** Stops or resumes reading the answer; what was read already may still be delivered. */
    void pauseRead(boolean paused);

    /** Gives the request up: nothing more is delivered, the connection is closed unless the answer is complete. */
    void cancel();

    /** Whether the last byte of the request was handed to the network. */
    boolean requestSent();
}
