package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Corrections and grants above a limit are booked once somebody else agreed, and only once. */
@SuppressWarnings("NullAway.Init") // made before every test
class ApprovalsEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    Path folder;

    private TestGateway gateway;
    private ControlPlane ann;
    private ControlPlane bob;
    private String wallet;

    @BeforeEach
    void start() throws Exception {
        gateway = TestGateway.start(folder.resolve("data"), "approval: { above: '100.00' }")
                .expectingLag();
        ann = new ControlPlane(gateway);
        bob = new ControlPlane(gateway, TestGateway.OTHER_ADMIN_KEY);
        wallet = ann.made("wallets", "{'name':'w','test':true}");
        ann.post("top_ups", "{'wallet':'" + wallet + "','amount':'5000','reference':'paid'}");
    }

    @AfterEach
    void stop() {
        ann.close();
        bob.close();
        gateway.close();
    }

    @Test
    void what_one_asks_another_approves_and_however_often_and_at_once_it_is_booked_once() throws Exception {
        JsonNode asked = adjust(ann, "-100.000000001", "wrong invoice");
        assertThat(asked.path("state").asString()).isEqualTo("waiting");
        assertThat(asked.path("balance").isNull()).isTrue();
        String id = asked.path("approval").asString();
        assertThat(adjust(ann, "-100.000000001", "wrong invoice")
                        .path("approval")
                        .asString())
                .as("the same again")
                .isEqualTo(id);
        assertThat(ask(ann, "adjustments", correction("-500", "wrong invoice")).statusCode())
                .as("another amount under its name")
                .isEqualTo(409);
        HttpResponse<String> own = ask(ann, "approvals/" + id + "/approve", "{}");
        assertThat(own.statusCode()).isEqualTo(403);
        assertThat(own.body()).contains("own_word");
        assertThat(balance()).isEqualTo("5000.00");
        List<CompletableFuture<Integer>> many = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            many.add(CompletableFuture.supplyAsync(() -> status(bob, "approvals/" + id + "/approve")));
        }
        assertThat(many.stream().map(CompletableFuture::join)).containsOnly(200);
        assertThat(balance()).isEqualTo("4899.999999999");
        assertThat(adjust(ann, "-100.000000001", "wrong invoice").path("state").asString())
                .as("asked again it is booked already")
                .isEqualTo("booked");
        assertThat(balance()).isEqualTo("4899.999999999");
        assertThat(ask(ann, "approvals/" + id + "/reject", "{'reason':'no'}").statusCode())
                .as("too late")
                .isEqualTo(409);
        JsonNode shown = ann.good("GET", "approvals/" + id, "");
        assertThat(shown.path("state").asString()).isEqualTo("approved");
        assertThat(shown.path("decider").asString())
                .startsWith("admin:")
                .isNotEqualTo(shown.path("actor").asString());
        assertThat(gateway.installation.verify()).as("drained, too").containsEntry("ok", true);
        JsonNode entry = await().atMost(Duration.ofSeconds(10))
                .until(
                        () -> ann.good("GET", "wallets/" + wallet + "/entries", "")
                                .path("data")
                                .path(2),
                        each -> !each.isMissingNode());
        assertThat(entry.path("actor").asString())
                .isEqualTo(shown.path("actor").asString() + " approved by "
                        + shown.path("decider").asString());
        assertThat(ann.good("GET", "audit?subject=approval:" + id, "").path("data"))
                .hasSize(1);
    }

    @Test
    void parts_of_what_is_above_the_limit_pass_it_together_however_many_come_at_once() throws Exception {
        List<CompletableFuture<String>> parts = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            String reference = "part " + i;
            parts.add(CompletableFuture.supplyAsync(() -> state(ann, "10", reference)));
        }
        List<String> states = parts.stream().map(CompletableFuture::join).toList();
        assertThat(states).containsOnly("booked", "waiting");
        assertThat(states).filteredOn("booked"::equals).hasSize(10);
        assertThat(balance()).isEqualTo("5100.00");
        assertThat(state(bob, "-100", "his own"))
                .as("another's limit is another's")
                .isEqualTo("booked");
        assertThat(state(bob, "-0.000000001", "his own, too")).isEqualTo("waiting");
        JsonNode grant = ann.post("grants", "{'wallet':'" + wallet + "','amount':'1','reason':'welcome'}");
        assertThat(grant.path("state").asString()).isEqualTo("waiting");
        bob.post("approvals/" + grant.path("approval").asString() + "/approve", "");
        assertThat(balance()).isEqualTo("5001.00");
        assertThat(ann.good("GET", "wallets/" + wallet, "").path("grants")).hasSize(1);
        assertThat(ann.good("GET", "approvals?state=waiting", "").path("data")).hasSize(21);
        ann.post("top_ups", "{'wallet':'" + wallet + "','amount':'500','reference':'paid again'}");
        assertThat(balance()).as("what was paid in needs nobody").isEqualTo("5501.00");
    }

    @Test
    void what_was_rejected_is_not_booked_and_may_be_asked_for_anew() throws Exception {
        String id = adjust(ann, "200", "goodwill").path("approval").asString();
        JsonNode rejected = bob.post("approvals/" + id + "/reject", "{'reason':'not ours to give'}");
        assertThat(rejected.path("state").asString()).isEqualTo("rejected");
        assertThat(rejected.path("note").asString()).isEqualTo("not ours to give");
        assertThat(ask(bob, "approvals/" + id + "/approve", "").statusCode()).isEqualTo(409);
        assertThat(balance()).isEqualTo("5000.00");
        String anew = adjust(ann, "200", "goodwill").path("approval").asString();
        assertThat(anew).isNotEqualTo(id);
        bob.post("approvals/" + anew + "/approve", "{'reason':'it is, after all'}");
        assertThat(balance()).isEqualTo("5200.00");
    }

    private static String state(ControlPlane who, String amount, String reference, String wallet) {
        try {
            return MAPPER.readTree(ask(who, "adjustments", correction(amount, reference, wallet))
                            .body())
                    .path("state")
                    .asString();
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private String state(ControlPlane who, String amount, String reference) {
        return state(who, amount, reference, wallet);
    }

    private String correction(String amount, String reference) {
        return correction(amount, reference, wallet);
    }

    private static String correction(String amount, String reference, String wallet) {
        return "{'wallet':'" + wallet + "','amount':'" + amount + "','reference':'" + reference + "'}";
    }

    private JsonNode adjust(ControlPlane who, String amount, String reference) throws Exception {
        return who.post("adjustments", correction(amount, reference));
    }

    private static HttpResponse<String> ask(ControlPlane who, String path, String body)
            throws IOException, InterruptedException {
        return who.send("POST", path, body.replace('\'', '"'));
    }

    private static int status(ControlPlane who, String path) {
        try {
            return ask(who, path, "").statusCode();
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private String balance() throws Exception {
        return ann.good("GET", "wallets/" + wallet, "").path("balance").asString();
    }
}
