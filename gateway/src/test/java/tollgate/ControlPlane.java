package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The control plane of a test's gateway, over HTTP. */
final class ControlPlane implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final HttpClient http = HttpClient.newHttpClient();
    private final String url;
    private final String key;

    ControlPlane(TestGateway gateway) {
        this(gateway, TestGateway.ADMIN_KEY);
    }

    /** With another key. */
    ControlPlane(TestGateway gateway, String key) {
        this.key = key;
        this.url = gateway.installation.adminUrl() + "/admin/v1/";
    }

    HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url + path))
                        .header("Authorization", "Bearer " + key)
                        .method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Single quotes stand for double ones. */
    JsonNode good(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(method, path, body.replace('\'', '"'));
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isIn(200, 201);
        return MAPPER.readTree(answer.body());
    }

    JsonNode post(String path, String body) throws IOException, InterruptedException {
        return good("POST", path, body);
    }

    /** The id of what is made. */
    String made(String path, String body) throws IOException, InterruptedException {
        return post(path, body).path("id").asString();
    }

    /** A key of a wallet, and what else it is to be. */
    TestGateway.Account key(String wallet, String more) throws IOException, InterruptedException {
        JsonNode key = post("keys", "{'wallet':'" + wallet + "'" + more + "}");
        return new TestGateway.Account(wallet, key.path("secret").asString());
    }

    @Override
    public void close() {
        http.close();
    }
}
