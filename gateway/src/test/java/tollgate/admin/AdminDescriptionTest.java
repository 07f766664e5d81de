package tollgate.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The API's description and its routes are the same. */
class AdminDescriptionTest {
    @Test
    @SuppressWarnings("NullAway") // routes are told without being taken
    void every_route_is_described_and_every_description_is_a_route() throws IOException {
        JsonNode document;
        try (InputStream in = Objects.requireNonNull(AdminServer.class.getResourceAsStream("openapi.json"))) {
            document = JsonMapper.builder().build().readTree(in);
        }
        Set<String> described = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(each -> described.add(operation(path.getKey(), each.getKey(), each.getValue()))));
        Set<String> routes = new TreeSet<>();
        new AdminApi(
                        null,
                        new DirectoryRoutes(null, null),
                        new CapDesk(
                                new Office(null, null, null, null, null, null, Clock.systemUTC()),
                                null,
                                null,
                                null,
                                Clock.systemUTC()),
                        null,
                        null,
                        null,
                        null,
                        new SuspenseApi(null, null),
                        List::of,
                        Clock.systemUTC())
                .routes()
                .forEach(route -> routes.add(route.method() + " " + route.path() + " " + route.status()
                        + (route.method().equals("POST") ? " once" : "")));
        assertThat(described).isEqualTo(routes).hasSizeGreaterThan(10);
    }

    private static String operation(String path, String method, JsonNode operation) {
        String status = operation.path("responses").propertyNames().iterator().next();
        boolean once = operation.path("parameters").toString().contains("/idempotency_key");
        return method.toUpperCase(java.util.Locale.ROOT) + " " + path + " " + status + (once ? " once" : "");
    }
}
