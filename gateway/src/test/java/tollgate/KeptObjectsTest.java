package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.TestGateway.Account;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a provider keeps is its maker's alone, though all keys share one account there. */
@SuppressWarnings("NullAway.Init") // started before all tests
class KeptObjectsTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    static Path folder;

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static TestGateway gateway;
    private static ControlPlane control;
    private static Account maker;
    private static Account colleague;
    private static Account stranger;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(
                folder.resolve("data"),
                "holds: {input_ceiling: 20000}\n",
                "{openai: {dialect: openai, base_url: 'http://127.0.0.1:9', api_key: sk-o,"
                        + " shared: [vs_ours, cntr_ours, 'file-our*', skill_ours]}}");
        control = new ControlPlane(gateway);
        Account first = gateway.account("search", "1.00");
        String organisation = gateway.installation
                .records()
                .wallets()
                .find(first.wallet())
                .orElseThrow()
                .organisation();
        String team = control.made("teams", "{'organization':'" + organisation + "','name':'t'}");
        String project = control.made("projects", "{'team':'" + team + "','name':'bots'}");
        maker = control.key(first.wallet(), ",'project':'" + project + "'");
        colleague = control.key(first.wallet(), ",'project':'" + project + "'");
        // of the same wallet, but of no project
        stranger = first;
    }

    @AfterAll
    static void the_books_are_exact_and_nothing_is_held() {
        try {
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                var verified = gateway.installation.verify();
                assertThat(verified.get("problems")).asString().isEqualTo("[]");
                assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
            });
        } finally {
            HTTP.close();
            control.close();
            gateway.close();
        }
    }

    private static HttpResponse<String> respond(Account account, String more) throws Exception {
        return gateway.post(
                account,
                "/v1/responses",
                "{\"model\":\"gpt-4o-mini\",\"max_output_tokens\":50,\"input\":\"hi\"" + more + "}",
                "tokens=5");
    }

    private static String made(Account account, String more) throws Exception {
        HttpResponse<String> answer = respond(account, more);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer).path("id").asString();
    }

    private static HttpResponse<String> send(Account account, String method, String path, String body)
            throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(
                                URI.create(gateway.installation.baseUrl()).resolve(path))
                        .header("Authorization", "Bearer " + account.key())
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return MAPPER.readTree(answer.body());
    }

    private static long asked() {
        return gateway.installation.sandbox().log().requests();
    }

    private static void isNotThere(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(404);
        JsonNode error = json(answer).path("error");
        assertThat(error.path("code").asString()).isEqualTo("not_found");
        assertThat(error.path("type").asString()).isEqualTo("invalid_request_error");
        assertThat(error.path("message").asString()).contains("this key's project");
    }

    @ParameterizedTest(name = "stream {0}")
    @ValueSource(booleans = {false, true})
    void a_response_is_shown_to_its_project_and_to_nobody_else_and_costs_nothing(boolean stream) throws Exception {
        HttpResponse<String> answer = respond(maker, ",\"stream\":" + stream);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String id = answer.body().replaceAll("(?s).*?\"id\":\"(resp_[0-9a-f]+)\".*", "$1");
        String balance = json(gateway.get(maker, "/v1/wallet")).path("balance").asString();
        for (Account one : new Account[] {maker, colleague}) {
            HttpResponse<String> shown = send(one, "GET", "/v1/responses/" + id, "");
            assertThat(shown.statusCode()).as(shown.body()).isEqualTo(200);
            assertThat(json(shown).path("id").asString()).isEqualTo(id);
            assertThat(json(send(one, "GET", "/v1/responses/" + id + "/input_items?limit=1", ""))
                            .path("data")
                            .path(0)
                            .path("role")
                            .asString())
                    .isEqualTo("user");
        }
        long before = asked();
        Account elsewhere = gateway.account("others", "1.00");
        Account real = gateway.liveAccount("1.00");
        for (Account one : new Account[] {stranger, elsewhere, real}) {
            isNotThere(send(one, "GET", "/v1/responses/" + id, ""));
            isNotThere(send(one, "GET", "/v1/responses/" + id + "?stream=true", ""));
            isNotThere(send(one, "GET", "/v1/responses/" + id + "/input_items", ""));
            isNotThere(send(one, "POST", "/v1/responses/" + id + "/cancel", ""));
            isNotThere(send(one, "DELETE", "/v1/responses/" + id, ""));
        }
        assertThat(asked())
                .as("nothing of others' questions reaches the provider")
                .isEqualTo(before);
        HttpResponse<String> streamed = send(colleague, "GET", "/v1/responses/" + id + "?stream=true", "");
        assertThat(streamed.body()).startsWith("event: response.created").contains("response.completed");
        HttpResponse<String> no = send(maker, "POST", "/v1/responses/" + id + "/cancel", "");
        assertThat(no.statusCode()).as("the provider's own no").isEqualTo(400);
        assertThat(json(send(colleague, "DELETE", "/v1/responses/" + id, ""))
                        .path("deleted")
                        .asBoolean())
                .isTrue();
        isNotThere(send(maker, "GET", "/v1/responses/" + id, ""));
        assertThat(json(gateway.get(maker, "/v1/wallet")).path("balance").asString())
                .isEqualTo(balance);
    }

    @Test
    void a_response_is_known_while_its_stream_still_runs() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<java.io.InputStream> open = http.send(
                    HttpRequest.newBuilder(URI.create(gateway.installation.baseUrl() + "/responses"))
                            .header("Authorization", "Bearer " + maker.key())
                            .header("X-Sandbox", "tokens=200, pace=20ms")
                            .POST(
                                    HttpRequest.BodyPublishers.ofString(
                                            "{\"model\":\"gpt-4o-mini\",\"max_output_tokens\":500,\"stream\":true,\"input\":\"x\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            try (java.io.InputStream body = open.body()) {
                String first = new String(body.readNBytes(300), java.nio.charset.StandardCharsets.UTF_8);
                String id = first.replaceAll("(?s).*?\"id\":\"(resp_[0-9a-f]+)\".*", "$1");
                assertThat(send(colleague, "GET", "/v1/responses/" + id, "").statusCode())
                        .isEqualTo(200);
                isNotThere(send(stranger, "GET", "/v1/responses/" + id, ""));
            }
        }
    }

    @Test
    void whoever_made_an_answer_may_go_on_from_it_and_nobody_else_holds_anything_for_that() throws Exception {
        HttpResponse<String> first = respond(maker, "");
        String id = json(first).path("id").asString();
        String item = json(first).path("output").path(0).path("id").asString();
        String talk = json(send(maker, "POST", "/v1/conversations", "{\"metadata\":{\"a\":\"b\"}}"))
                .path("id")
                .asString();
        String[] goingOn = {
            ",\"previous_response_id\":\"" + id + "\"",
            ",\"conversation\":\"" + talk + "\"",
            ",\"conversation\":{\"id\":\"" + talk + "\"}"
        };
        for (String more : goingOn) {
            assertThat(respond(colleague, more).statusCode()).as(more).isEqualTo(200);
        }
        String reference =
                "{\"model\":\"gpt-4o-mini\",\"max_output_tokens\":50,\"input\":[{\"type\":\"item_reference\",\"id\":\""
                        + item + "\"},{\"role\":\"user\",\"content\":\"and?\"}]}";
        assertThat(gateway.post(colleague, "/v1/responses", reference, "tokens=5")
                        .statusCode())
                .isEqualTo(200);
        long before = asked();
        for (String more : goingOn) {
            isNotThere(respond(stranger, more));
        }
        isNotThere(gateway.post(stranger, "/v1/responses", reference, "tokens=5"));
        isNotThere(gateway.post(
                stranger, "/v1/responses", reference.replace("\"type\":\"item_reference\",", ""), "tokens=5"));
        isNotThere(respond(maker, ",\"previous_response_id\":\"resp_nobodys\""));
        isNotThere(respond(maker, ",\"previous_response_id\":\"" + talk + "\""));
        isNotThere(send(
                stranger,
                "POST",
                "/v1/conversations",
                "{\"items\":[{\"type\":\"item_reference\",\"id\":\"" + item + "\"}]}"));
        assertThat(asked()).isEqualTo(before);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{'type':'reasoning','id':'ITEM','summary':[]}                                   | 404",
                "{'type':'reasoning','id':'ITEM','summary':[],'encrypted_content':null}          | 404",
                "{'type':'reasoning','id':'ITEM','summary':[],'encrypted_content':''}            | 404",
                "{'type':'reasoning','id':'ITEM','summary':[],'encrypted_content':'gAAAA'}       | 200",
                "{'type':'web_search_call','id':'ITEM','status':'completed'}                     | 404",
                "{'type':'file_search_call','id':'ITEM','status':'completed','queries':['q']}    | 404",
                "{'type':'code_interpreter_call','id':'ITEM','code':'1','container_id':'cntr_1'} | 404",
                "{'type':'mcp_list_tools','id':'ITEM','server_label':'x','tools':[]}             | 404",
                "{'type':'mcp_call','id':'ITEM','server_label':'x'}                              | 404",
                "{'type':'mcp_approval_response','approve':true,'approval_request_id':'ITEM'}    | 404",
                "{'type':'compaction','id':'ITEM'}                                               | 404",
                "{'type':'what_comes_next_year','id':'ITEM'}                                     | 404",
                "{'id':'ITEM','status':'completed'}                                              | 404",
                "{'type':'message','id':'ITEM','role':'assistant'}                               | 404",
                "{'type':'message','id':'ITEM','role':'assistant','content':'said'}              | 200",
                "{'type':'function_call','id':'ITEM','call_id':'c','name':'f','arguments':'{}'}  | 200",
            })
    void an_item_whose_text_is_not_here_is_its_makers_alone(String item, int strangers) throws Exception {
        String id = json(respond(maker, "")).path("output").path(0).path("id").asString();
        String body = ("{'model':'gpt-4o-mini','max_output_tokens':50,'input':[{'role':'user','content':'a'}," + item
                        + "]}")
                .replace('\'', '"')
                .replace("ITEM", id);
        long before = asked();
        HttpResponse<String> answer = gateway.post(stranger, "/v1/responses", body, "tokens=5");
        if (strangers == 404) {
            isNotThere(answer);
            assertThat(asked()).isEqualTo(before);
        } else {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
        String own = body.replace(",\"container_id\":\"cntr_1\"", "");
        assertThat(gateway.post(colleague, "/v1/responses", own, "tokens=5").statusCode())
                .as(own)
                .isEqualTo(200);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "'tools':[{'type':'file_search','vector_store_ids':['vs_theirs']}]",
                "'tools':[{'type':'file_search','vector_store_ids':['vs_ours','vs_theirs']}]",
                "'tools':[{'type':'code_interpreter','container':'cntr_theirs'}]",
                "'tools':[{'type':'code_interpreter','container':{'type':'auto','file_ids':['file-theirs']}}]",
                "'tools':[{'type':'shell','environment':{'type':'container_reference','container_id':'cntr_theirs'}}]",
                "'tools':[{'type':'shell','environment':{'type':'container_auto','file_ids':['file-theirs']}}]",
                "'tools':[{'type':'shell','environment':{'type':'container_auto','skills':[{'type':'skill_reference','skill_id':'skill_theirs'}]}}]",
                "'input':[{'role':'user','content':[{'type':'input_file','file_id':'file-theirs'}]}]",
                "'input':[{'role':'user','content':[{'type':'input_image','file_id':'file-theirs'}]}]",
                "'input':[{'type':'computer_call_output','call_id':'c','output':{'type':'computer_screenshot','file_id':'file-theirs'}}]",
                "'input':[{'type':'function_call_output','call_id':'c','output':[{'type':'input_file','file_id':'file-theirs'}]}]",
                "'instructions':[{'role':'system','content':[{'type':'input_file','file_id':'file-theirs'}]}],'input':'a'",
            })
    void what_no_project_made_here_is_nobodys_unless_the_operator_shares_it(String theirs) throws Exception {
        String body = ("{'model':'gpt-4o-mini','max_output_tokens':50," + theirs
                        + (theirs.contains("'input'") ? "" : ",'input':'a'") + "}")
                .replace('\'', '"');
        long before = asked();
        HttpResponse<String> refused = gateway.post(maker, "/v1/responses", body, "tokens=5");
        isNotThere(refused);
        assertThat(json(refused).path("error").path("message").asString()).contains("theirs", "shared");
        assertThat(asked()).isEqualTo(before);
        String ours = body.replace("theirs", "ours");
        HttpResponse<String> shared = gateway.post(maker, "/v1/responses", ours, "tokens=5");
        assertThat(shared.statusCode()).as(shared.body()).isEqualTo(200);
    }

    @Test
    void a_conversation_is_its_makers_to_read_change_and_delete() throws Exception {
        String talk =
                json(send(maker, "POST", "/v1/conversations", "")).path("id").asString();
        assertThat(talk).startsWith("conv_");
        isNotThere(send(stranger, "GET", "/v1/conversations/" + talk, ""));
        isNotThere(send(stranger, "POST", "/v1/conversations/" + talk, "{\"metadata\":{}}"));
        isNotThere(send(stranger, "GET", "/v1/conversations/" + talk + "/items", ""));
        isNotThere(send(stranger, "DELETE", "/v1/conversations/" + talk, ""));
        assertThat(json(send(colleague, "POST", "/v1/conversations/" + talk, "{\"metadata\":{\"k\":\"v\"}}"))
                        .path("metadata")
                        .path("k")
                        .asString())
                .isEqualTo("v");
        assertThat(send(colleague, "DELETE", "/v1/conversations/" + talk, "").statusCode())
                .isEqualTo(200);
        isNotThere(send(maker, "GET", "/v1/conversations/" + talk, ""));
    }

    @Test
    void a_stored_completion_is_its_makers_and_one_that_is_not_stored_is_nobodys() throws Exception {
        String ask =
                "{\"model\":\"gpt-4o-mini\",\"max_completion_tokens\":50,\"store\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        String id = json(gateway.post(maker, "/v1/chat/completions", ask.formatted(true), "tokens=5"))
                .path("id")
                .asString();
        assertThat(json(send(colleague, "GET", "/v1/chat/completions/" + id, ""))
                        .path("id")
                        .asString())
                .isEqualTo(id);
        isNotThere(send(stranger, "GET", "/v1/chat/completions/" + id, ""));
        isNotThere(send(stranger, "GET", "/v1/chat/completions/" + id + "/messages", ""));
        isNotThere(send(stranger, "POST", "/v1/chat/completions/" + id, "{\"metadata\":{}}"));
        isNotThere(send(stranger, "DELETE", "/v1/chat/completions/" + id, ""));
        assertThat(send(maker, "DELETE", "/v1/chat/completions/" + id, "").statusCode())
                .isEqualTo(200);
        String unkept = json(gateway.post(maker, "/v1/chat/completions", ask.formatted(false), "tokens=5"))
                .path("id")
                .asString();
        isNotThere(send(maker, "GET", "/v1/chat/completions/" + unkept, ""));
        isNotThere(send(maker, "GET", "/v1/responses/" + made(maker, ",\"store\":false"), ""));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "GET, /v1/responses",
        "GET, /v1/chat/completions",
        "GET, /v1/conversations",
        "GET, /v1/responses/",
        "GET, /v1/responses/..",
        "GET, /v1/conversations/x/items/..",
        "PUT, /v1/responses/resp_1",
        "POST, /v1/responses/compact",
        "GET, /v1/files",
    })
    void whatever_would_show_what_others_made_is_not_served(String method, String path) throws Exception {
        long before = asked();
        assertThat(send(maker, method, path, "").statusCode()).isEqualTo(404);
        assertThat(asked()).isEqualTo(before);
    }

    @Test
    void bad_questions_are_told_so_in_the_clients_own_language() throws Exception {
        String talk =
                json(send(maker, "POST", "/v1/conversations", "")).path("id").asString();
        assertThat(send(maker, "POST", "/v1/conversations/" + talk, "{\"metadata\"")
                        .statusCode())
                .isEqualTo(400);
        assertThat(send(new Account("", "tg_test_wrong"), "GET", "/v1/responses/resp_1", "")
                        .statusCode())
                .isEqualTo(401);
        assertThat(send(maker, "POST", "/v1/conversations", "x".repeat((1 << 20) + 1))
                        .statusCode())
                .isEqualTo(413);
        HttpResponse<String> two = respond(maker, ",\"conversation\":{\"id\":\"" + talk + "\",\"name\":\"x\"}");
        assertThat(two.statusCode()).isEqualTo(400);
    }

    @Test
    void after_a_restart_and_at_another_gateway_everything_is_still_its_makers() throws Exception {
        Path data = folder.resolve("restarted");
        String books = folder.resolve("shared.db").toString();
        TestGateway one = TestGateway.start(data, "", () -> tollgate.records.Records.sqlite(Path.of(books)));
        Account account = one.account("1.00");
        String id;
        try {
            id = json(one.post(
                            account,
                            "/v1/responses",
                            "{\"model\":\"gpt-4o-mini\",\"max_output_tokens\":50,\"input\":\"hi\"}",
                            "tokens=5"))
                    .path("id")
                    .asString();
        } finally {
            one.close();
        }
        TestGateway again = TestGateway.start(data, "", () -> tollgate.records.Records.sqlite(Path.of(books)));
        try {
            HttpResponse<String> shown = again.get(account, "/v1/responses/" + id);
            // it was passed on: that sandbox is another one, and knows nothing
            assertThat(json(shown).path("error").path("message").asString()).isEqualTo("'" + id + "' not found.");
            isNotThere(again.get(again.account("1.00"), "/v1/responses/" + id));
        } finally {
            again.close();
        }
    }
}
