package tollgate.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks with a gateway's control plane. Confined to one thread. */
final class AdminClient {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String url;
    private final String key;

    private AdminClient(String url, String key) {
        this.url = url;
        this.key = key;
    }

    /** The gateway of the environment, else the one whose data directory this is. */
    static AdminClient find(Path data) throws IOException {
        String url = System.getenv("TOLLGATE_ADMIN_URL");
        String key = System.getenv("TOLLGATE_ADMIN_KEY");
        if (url != null && key != null) {
            return new AdminClient(url, key);
        }
        Path ready = data.resolve("ready.json");
        if (!Files.isReadable(ready)) {
            throw new IOException("no gateway: " + ready + " is not there (expected: a running gateway; start one with"
                    + " ./tollgate up, or set TOLLGATE_ADMIN_URL and TOLLGATE_ADMIN_KEY)");
        }
        JsonNode known = MAPPER.readTree(Files.readString(ready));
        return new AdminClient(
                known.path("admin_url").asString(), known.path("admin_key").asString());
    }

    JsonNode get(String path) throws IOException {
        return send(request(path).GET());
    }

    JsonNode delete(String path) throws IOException {
        return send(request(path).DELETE());
    }

    JsonNode post(String path, Map<String, @Nullable Object> body) throws IOException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(MAPPER.writeValueAsString(body))));
    }

    /** Every row of a list, page after page. */
    List<JsonNode> all(String path) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        String glue = path.contains("?") ? "&" : "?";
        String after = "";
        while (true) {
            JsonNode page = get(path + glue + "limit=1000" + (after.isEmpty() ? "" : "&after=" + encoded(after)));
            page.path("data").forEach(rows::add);
            if (page.path("next").isNull() || page.path("next").isMissingNode()) {
                return rows;
            }
            after = page.path("next").asString();
        }
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + "/admin/v1/" + path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + key);
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException {
        HttpResponse<String> response;
        try {
            response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (ConnectException nobody) {
            throw new IOException("no gateway answers at " + url + " (expected: a running one)", nobody);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
        JsonNode body = MAPPER.readTree(response.body());
        if (response.statusCode() >= 400) {
            throw new IOException(body.path("title").asString("status " + response.statusCode()));
        }
        return body;
    }
}
