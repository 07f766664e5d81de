package tollgate.http;

/** The version of HTTP that a client speaks on a connection. */
public enum Protocol {
    /** No chunks, no trailers; the end of a body without a length is the end of the connection. */
    HTTP_1_0,
    /** Chunked bodies with trailers. */
    HTTP_1_1,
    /** Frames on multiplexed streams. */
    HTTP_2
}
