package tollgate.http;

import java.net.URI;
import java.time.Duration;

/**
 * How one upstream is reached and how long it may take.
 *
 * @param baseUrl {@code http} or {@code https}, host, port; a path in it is put before every target
 * @param connect until a connection stands, TLS included
 * @param firstByte from the request's last byte to the first byte of the answer
 * @param idle between two bytes of the answer; rests while we are not reading
 * @param total from the request's start to the answer's end
 * @param maxIdle idle connections kept per event loop
 * @param linkLocal whether addresses of the link itself are meant: a cloud's machines are told their credentials there
 */
public record UpstreamSettings(
        URI baseUrl,
        Duration connect,
        Duration firstByte,
        Duration idle,
        Duration total,
        int maxIdle,
        boolean linkLocal) {
    /** Of an upstream that is not on the link itself. */
    public UpstreamSettings(
            URI baseUrl, Duration connect, Duration firstByte, Duration idle, Duration total, int maxIdle) {
        this(baseUrl, connect, firstByte, idle, total, maxIdle, false);
    }
}
