package tollgate.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks with a gateway's control plane. Confined to one thread. */
final class AdminClient {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String url;
    private final String key;

    private AdminClient(String url, String key) {
        this.url = url;
        this.key = key;
    }

    /** The gateway of the environment, else the one whose data directory this is. */
    static AdminClient find(Path data, Map<String, String> environment) throws IOException {
        String url = environment.getOrDefault("TOLLGATE_ADMIN_URL", "");
        String key = environment.getOrDefault("TOLLGATE_ADMIN_KEY", "");
        if (!url.isEmpty() && !key.isEmpty()) {
            return new AdminClient(address("TOLLGATE_ADMIN_URL", url), secret("TOLLGATE_ADMIN_KEY", key));
        }
        if (!url.isEmpty()) {
            // not the gateway next door: it was another that was meant
            throw new IOException(
                    "TOLLGATE_ADMIN_KEY: not set (expected: the key of the gateway at TOLLGATE_ADMIN_URL)");
        }
        Path ready = data.resolve("ready.json");
        if (!Files.isReadable(ready)) {
            throw new IOException("no gateway: " + ready + " is not there (expected: a running gateway; start one with"
                    + " ./tollgate up, or set TOLLGATE_ADMIN_URL and TOLLGATE_ADMIN_KEY)");
        }
        JsonNode known;
        try {
            known = MAPPER.readTree(Files.readString(ready));
        } catch (JacksonException broken) {
            throw new IOException(ready + ": not JSON (expected: as a running gateway wrote it)", broken);
        }
        return new AdminClient(
                address(ready + ": admin_url", known.path("admin_url").asString("")),
                secret(ready + ": admin_key", known.path("admin_key").asString("")));
    }

    private static String address(String name, String url) throws IOException {
        try {
            URI uri = URI.create(url);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
            }
        } catch (IllegalArgumentException broken) {
            // told below
        }
        throw new IOException(name + ": '" + url + "' (expected: http://host:port)");
    }

    /** Never shown: a message quotes what it says, not what it is. */
    private static String secret(String name, String key) throws IOException {
        if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw new IOException(name + ": not a key (expected: visible ASCII characters)");
        }
        return key;
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
        each(path, rows::add);
        return rows;
    }

    /** Every row of a list in its turn, one page of them in memory. */
    void each(String path, Consumer<JsonNode> row) throws IOException {
        String glue = path.contains("?") ? "&" : "?";
        String after = "";
        while (true) {
            JsonNode page = get(path + glue + "limit=1000" + (after.isEmpty() ? "" : "&after=" + encoded(after)));
            page.path("data").forEach(row);
            if (page.path("next").isNull() || page.path("next").isMissingNode()) {
                return;
            }
            after = page.path("next").asString();
        }
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + "/admin/v1/" + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + key);
    }

    /** What is no JSON where it is good. */
    String text(String path) throws IOException {
        HttpResponse<String> response = answer(request(path).GET());
        return response.statusCode() < 400 ? response.body() : body(response).toString();
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException {
        return body(answer(request));
    }

    private HttpResponse<String> answer(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (ConnectException nobody) {
            throw new IOException("no gateway answers at " + url + " (expected: a running one)", nobody);
        } catch (HttpTimeoutException late) {
            throw new IOException("the gateway at " + url + " took longer than " + PATIENCE.toSeconds() + " s", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    /** The JSON of an answer that is good. */
    private JsonNode body(HttpResponse<String> response) throws IOException {
        JsonNode body;
        try {
            body = MAPPER.readTree(response.body());
        } catch (JacksonException foreign) {
            throw new IOException(
                    "status " + response.statusCode() + " from " + url
                            + ", and no JSON (expected: a gateway's control plane)",
                    foreign);
        }
        if (response.statusCode() >= 400) {
            throw new IOException(body.path("title").asString("status " + response.statusCode() + " from " + url));
        }
        return body;
    }
}
