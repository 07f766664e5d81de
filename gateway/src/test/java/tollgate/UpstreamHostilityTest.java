package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
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
import tollgate.pricing.Usd;
import tools.jackson.databind.json.JsonMapper;

/** Upstreams that answer so that the next client's answer would be another's, or without end. */
@Wide
@SuppressWarnings("NullAway.Init") // started before all
class UpstreamHostilityTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String POISON =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"P\":\"POI\"}";
    private static final String SMALL = "{\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}";

    @TempDir
    static Path folder;

    private static RecordingUpstream upstream;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        upstream = new RecordingUpstream();
        gateway = TestGateway.start(folder.resolve("data"), "timeouts: {first_byte: 2s, idle: 2s}\n", upstream.yaml());
    }

    @AfterAll
    static void stop() throws Exception {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(
                                String.valueOf(gateway.installation.verify().get("wallets")))
                        .doesNotContainPattern("held=0\\.0*[1-9]"));
        var verified = gateway.installation.verify();
        gateway.close();
        upstream.close();
        assertThat(verified.get("problems")).asString().isEqualTo("[]");
    }

    /** ~ is CR LF, {ok} a good answer, {poison} one for whoever asks next; the status that the first client gets. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        a second answer in one                | {ok}{poison}                                                               | 200
        a second answer behind a length       | HTTP/1.1 200 OK~Content-Type: application/json~Content-Length: {n}~~{small}{poison} | 200
        a body longer than its length         | HTTP/1.1 200 OK~Content-Type: application/json~Content-Length: 2~~{}{poison} | 502
        a second answer behind the last chunk | HTTP/1.1 200 OK~Content-Type: application/json~Transfer-Encoding: chunked~~{h}~{small}~0~~{poison} | 200
        an answer for a trailer               | HTTP/1.1 200 OK~Content-Type: application/json~Transfer-Encoding: chunked~~{h}~{small}~0~{poison} | 502
        both lengths                          | HTTP/1.1 200 OK~Content-Length: 3~Transfer-Encoding: chunked~~0~~{poison}   | 502
        two lengths                           | HTTP/1.1 200 OK~Content-Length: 0~Content-Length: 71~~{poison}              | 502
        a 204 with a body                     | HTTP/1.1 204 No Content~Content-Length: 71~~{poison}                        | 204
        a 304 with a body                     | HTTP/1.1 304 Not Modified~Content-Length: 71~~{poison}                      | 304
        an interim answer with a body         | HTTP/1.1 100 Continue~Content-Length: 71~~{poison}{ok}                      | 502
        a switch of protocols                 | HTTP/1.1 101 Switching Protocols~Upgrade: h2c~~{poison}                     | 502
        a header split by LF                  | HTTP/1.1 200 OK~X-A: b\\nContent-Length: 0~~{poison}                         | 502
        a header split by CR                  | HTTP/1.1 200 OK~X-A: b\\rX-C: d~Content-Length: {n}~~{small}                 | 502
        a header with NUL                     | HTTP/1.1 200 OK~X-A: b\\0c~Content-Length: {n}~~{small}                      | 502
        a folded header                       | HTTP/1.1 200 OK~X-A: b~ Content-Length: 0~Content-Length: {n}~~{small}      | 502
        a head without end                    | HTTP/1.1 200 OK~{x}                                                        | 502
        no HTTP                               | SSH-2.0-x~~{poison}                                                        | 502
        HTTP/0.9                              | {small}                                                                    | 504
        """)
    void what_nobody_asked_for_is_nobodys_answer(String story, String answer, int status) throws Exception {
        Account first = gateway.liveAccount("1");
        Account next = gateway.liveAccount("1");
        byte[] sent = RecordingUpstream.bytes(
                answer.replace("{ok}", new String(RecordingUpstream.ok(), StandardCharsets.ISO_8859_1))
                        .replace("{poison}", POISON)
                        .replace("{small}", SMALL)
                        .replace("{n}", Integer.toString(SMALL.length()))
                        .replace("{h}", Integer.toHexString(SMALL.length()))
                        .replace("{x}", "X-A: " + "y".repeat(100_000) + "~")
                        .replace("~", "\r\n")
                        .replace("\\n", "\n")
                        .replace("\\r", "\r")
                        .replace("\\0", "\0"));
        upstream.answers(sent);
        HttpResponse<String> told = gateway.ask(first, TestGateway.chat(false, 10), "");
        assertThat(told.statusCode()).as(told.body()).isEqualTo(status);
        assertThat(told.body()).doesNotContain("POI");
        upstream.answers(RecordingUpstream.ok());
        HttpResponse<String> own = gateway.ask(next, TestGateway.chat(false, 10), "");
        assertThat(own.statusCode()).isEqualTo(200);
        assertThat(own.body()).contains("\"hi\"").doesNotContain("POI");
        assertThat(balance(next)).isEqualTo(Usd.parse("1").minus(new Usd(7_050)));
        if (status != 200) {
            assertThat(balance(first)).as("nothing is charged for it").isEqualTo(Usd.parse("1"));
        }
    }

    @Test
    void an_answer_that_comes_while_nobody_waits_ends_its_connection() throws Exception {
        Account account = gateway.liveAccount("1");
        upstream.answers(RecordingUpstream.ok(), RecordingUpstream.bytes(POISON));
        for (int i = 0; i < 5; i++) {
            int left = upstream.left();
            assertThat(gateway.ask(account, TestGateway.chat(false, 10), "").body())
                    .contains("\"hi\"");
            await().until(() -> upstream.left() > left);
        }
    }

    @Test
    void interim_answers_without_end_are_given_up() throws Exception {
        Account account = gateway.liveAccount("1");
        upstream.answers(RecordingUpstream.bytes("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n".repeat(10_000)));
        HttpResponse<String> told = gateway.ask(account, TestGateway.chat(false, 10), "");
        assertThat(told.statusCode()).isEqualTo(502);
        upstream.answers(RecordingUpstream.bytes("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n".repeat(20)
                + new String(RecordingUpstream.ok(), StandardCharsets.ISO_8859_1)));
        assertThat(gateway.ask(account, TestGateway.chat(false, 10), "").statusCode())
                .isEqualTo(200);
        assertThat(balance(account)).isEqualTo(Usd.parse("1").minus(new Usd(7_050)));
    }

    /** 16 MB behind the end, in an answer that says it has no end: neither kept nor relayed, nor waited for. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                ": a comment\n\n",
                "data: [DONE]\n\n",
                "data: {\"choices\":[{\"delta\":{\"content\":\"more\"}}]}\n\n",
                "\n",
                "x"
            })
    void what_follows_the_end_of_a_stream_is_not_kept_and_not_waited_for(String more) throws Exception {
        Account account = gateway.liveAccount("1");
        String stream = """
                data: {"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"hi"}}]}

                data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":10,"total_tokens":17}}

                data: [DONE]

                """;
        upstream.answers(RecordingUpstream.bytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + stream
                + more.repeat(16_000_000 / more.length())));
        HttpResponse<String> told = gateway.ask(account, TestGateway.chat(true, 10), "");
        assertThat(told.statusCode()).isEqualTo(200);
        assertThat(told.body()).contains("\"hi\"").contains("data: [DONE]\n: tollgate {");
        assertThat(told.body().length()).isLessThan(300_000);
        assertThat(told.body()).doesNotContain("more");
        await().untilAsserted(() ->
                assertThat(balance(account)).isEqualTo(Usd.parse("1").minus(new Usd(7_050))));
    }

    private static Usd balance(Account account) throws Exception {
        return Usd.parse(MAPPER.readTree(gateway.get(account, "/v1/wallet").body())
                .path("balance")
                .asString());
    }
}
