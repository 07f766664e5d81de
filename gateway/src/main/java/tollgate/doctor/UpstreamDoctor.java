package tollgate.doctor;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Looks whether a provider can be reached: its name, its port, its certificate. It is asked for its front page without a
 * key, which costs nothing; whatever it answers will do. Stateless.
 */
public final class UpstreamDoctor {
    private static final String AREA = "upstream";

    private UpstreamDoctor() {}

    /**
     * Looks.
     *
     * @param name the upstream's name in the configuration
     * @param patience for connecting and for the answer, each
     */
    public static Finding look(String name, URI baseUrl, Duration patience) {
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(patience).build()) {
            HttpResponse<Void> answer = client.send(
                    HttpRequest.newBuilder(baseUrl).timeout(patience).build(), HttpResponse.BodyHandlers.discarding());
            return Finding.ok(AREA, name + " at " + baseUrl + " answers (" + answer.statusCode() + " without a key)");
        } catch (IOException unreachable) {
            return Finding.failed(
                    AREA,
                    name + " at " + baseUrl + " cannot be reached: "
                            + unreachable.getClass().getSimpleName() + ": " + RedisDoctor.innermost(unreachable));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Finding.warning(AREA, name + " at " + baseUrl + ": the look was interrupted");
        }
    }
}
