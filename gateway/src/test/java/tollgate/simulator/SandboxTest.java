package tollgate.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoopGroup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.http.Transport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SandboxTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static EventLoopGroup loops;
    private static Sandbox sandbox;

    @BeforeAll
    static void start() {
        loops = Transport.best().loops(1, "test");
        sandbox = Sandbox.start(0, Transport.best(), loops);
    }

    @AfterAll
    static void stop() {
        sandbox.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static HttpRequest chat(String body, String directives) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + sandbox.port() + "/v1/chat/completions"))
                .header("Authorization", "Bearer sk-test")
                .header("X-Sandbox", directives)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static HttpResponse<byte[]> ask(String body, String directives) throws Exception {
        return HTTP.send(chat(body, directives), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String body(String more) {
        return "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]" + more + "}";
    }

    private static List<String> events(byte[] stream) {
        List<String> events = new ArrayList<>();
        for (String block : new String(stream, StandardCharsets.UTF_8).split("\n\n", -1)) {
            if (!block.isEmpty()) {
                assertThat(block).startsWith("data: ");
                events.add(block.substring(6));
            }
        }
        return events;
    }

    @Test
    void aScriptSaysWhatEachRequestMeetsAndARequestHasTheLastWord(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("script");
        Files.writeString(file, "# first as asked\n-\n\n2 * status=429, retry-after=7\ntokens=3\n");
        try (Sandbox scripted = Sandbox.start(0, Script.read(file), Transport.best(), loops)) {
            List<Integer> statuses = new ArrayList<>();
            for (String told : List.of("", "", "status=500", "", "")) {
                HttpRequest request = HttpRequest.newBuilder(chat(body(""), told), (name, value) -> !value.isEmpty())
                        .uri(URI.create("http://127.0.0.1:" + scripted.port() + "/v1/chat/completions"))
                        .build();
                HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
                statuses.add(answer.statusCode());
                if (answer.statusCode() == 429) {
                    assertThat(answer.headers().firstValue("retry-after")).hasValue("7");
                }
                if (statuses.size() == 4) {
                    assertThat(answer.body()).contains("\"completion_tokens\":3");
                }
            }
            assertThat(statuses).containsExactly(200, 429, 500, 200, 200);
        }
        Files.writeString(file, "status=429\ntokns=3\n");
        assertThatThrownBy(() -> Script.read(file)).hasMessageContaining("line 2: 'tokns' (expected: name=value");
    }

    @Test
    void answersThatNoMemoryHoldsAreRefused() throws Exception {
        assertThat(ask(body(""), "tokens=2000000000").statusCode()).isEqualTo(400);
        assertThat(ask(body(",\"n\":100"), "tokens=1000000").statusCode()).isEqualTo(400);
        assertThat(ask(body(",\"stream\":true,\"n\":100"), "tokens=1000000").statusCode())
                .isEqualTo(400);
        assertThat(ask(body(",\"max_tokens\":5"), "tokens=2000000000").statusCode())
                .isEqualTo(200);
    }

    @Test
    void aWholeAnswerEchoesAndCounts() throws Exception {
        JsonNode answer = JsonMapper.shared().readTree(ask(body(""), "").body());
        assertThat(answer.at("/choices/0/message/content").asString()).isEqualTo("You said: hello");
        assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
        assertThat(answer.at("/model").asString()).isEqualTo("gpt-4o-mini-2024-07-18");
        assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(5);
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(4);
        assertThat(answer.at("/usage/total_tokens").asInt()).isEqualTo(9);
    }

    @Test
    void aStreamHasTheShapesOfTheRealOne() throws Exception {
        HttpResponse<byte[]> answer =
                ask(body(",\"stream\":true,\"stream_options\":{\"include_usage\":true}"), "tokens=3");
        assertThat(answer.headers().firstValue("content-type")).contains("text/event-stream; charset=utf-8");
        List<String> events = events(answer.body());
        assertThat(events).hasSize(7);
        assertThat(events.getFirst()).contains("\"role\":\"assistant\"").contains("\"usage\":null");
        assertThat(events.get(4)).contains("\"finish_reason\":\"stop\"");
        assertThat(events.get(5)).contains("\"choices\":[]").contains("\"completion_tokens\":3");
        assertThat(events.getLast()).isEqualTo("[DONE]");
        assertThat(events(ask(body(",\"stream\":true"), "tokens=3").body()))
                .hasSize(6)
                .noneMatch(event -> event.contains("usage"));
    }

    @Test
    void ceilingsChoicesAndReasoningAreCounted() throws Exception {
        JsonNode answer = JsonMapper.shared()
                .readTree(ask(body(",\"n\":2,\"max_tokens\":2"), "tokens=9,reasoning=10")
                        .body());
        assertThat(answer.at("/choices").size()).isEqualTo(2);
        assertThat(answer.at("/choices/1/finish_reason").asString()).isEqualTo("length");
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(24);
    }

    @Test
    void toolsAreCalledOnceAndTheirResultIsAnswered() throws Exception {
        String tools = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":{}}}]";
        JsonNode call = JsonMapper.shared().readTree(ask(body(tools), "").body());
        assertThat(call.at("/choices/0/message/tool_calls/0/function/name").asString())
                .isEqualTo("weather");
        assertThat(call.at("/choices/0/message/tool_calls/0/function/arguments").asString())
                .isEqualTo("{\"text\":\"hello\"}");
        assertThat(call.at("/choices/0/finish_reason").asString()).isEqualTo("tool_calls");
        JsonNode result = JsonMapper.shared()
                .readTree(ask(
                                "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"tool\",\"content\":\"sun\"}]"
                                        + tools + "}",
                                "")
                        .body());
        assertThat(result.at("/choices/0/message/content").asString()).isEqualTo("You said: sun");
    }

    @Test
    void errorsHaveOpenAisShapeAndStatus() throws Exception {
        HttpResponse<byte[]> answer = ask(body(""), "status=429,retry-after=7,code=insufficient_quota");
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("retry-after")).contains("7");
        assertThat(JsonMapper.shared().readTree(answer.body()).at("/error/code").asString())
                .isEqualTo("insufficient_quota");
        assertThat(ask("{", "").statusCode()).isEqualTo(400);
        assertThat(ask("{}", "").statusCode()).isEqualTo(400);
    }

    @Test
    void usageAndTerminatorCanBeLeftOut() throws Exception {
        String stream = body(",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
        assertThat(events(ask(stream, "tokens=1,usage=omit,done=omit").body())).hasSize(3);
        assertThat(events(ask(stream, "tokens=1,usage=twice").body())).hasSize(6);
        assertThat(events(ask(stream, "tokens=1,usage=late").body()).getLast()).contains("\"completion_tokens\":1");
        assertThat(events(ask(stream, "error=only").body()))
                .hasSize(2)
                .first()
                .asString()
                .contains("sandbox_error");
    }

    @Test
    void aBodyCanBeCut() {
        assertThatThrownBy(() -> ask(body(",\"stream\":true"), "tokens=9,cut=300"))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ask(body(""), "cut=10")).isInstanceOf(IOException.class);
    }

    @Test
    void aBodyCanBeCompressedAndSliced() throws Exception {
        HttpResponse<byte[]> answer = ask(body(",\"stream\":true"), "tokens=5,encoding=gzip,slice=7");
        assertThat(answer.headers().firstValue("content-encoding")).contains("gzip");
        byte[] plain = new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes();
        assertThat(events(plain)).hasSize(8);
    }

    @Test
    void requestsWaitForEachOtherAtABarrier() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            all.add(HTTP.sendAsync(chat(body(""), "barrier=4"), HttpResponse.BodyHandlers.ofString()));
        }
        Thread.sleep(100);
        assertThat(all).noneMatch(CompletableFuture::isDone);
        assertThat(ask(body(""), "barrier=4").statusCode()).isEqualTo(200);
        for (CompletableFuture<HttpResponse<String>> each : all) {
            assertThat(each.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
    }
}
