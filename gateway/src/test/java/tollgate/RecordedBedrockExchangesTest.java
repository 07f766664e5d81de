package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.Recordings;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.Service;
import tollgate.dialect.bedrock.BedrockDialect;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bedrock's own answers, replayed through a whole gateway over sockets: whole, and cut. */
@Tag("wide")
@SuppressWarnings("NullAway.Init") // started before all tests
class RecordedBedrockExchangesTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");
    private static final RateBook BOOK = RateBook.builtIn();
    private static final String MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
    private static final int CUTS = Breadth.full() ? 500 : 60;

    @TempDir
    static Path folder;

    private static List<Recording> recordings;
    private static ReplayUpstream replay;
    private static TestGateway gateway;
    private static Account account;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        recordings = Recordings.in("bedrock-converse", "bedrock-converse-stream", "gw-bedrock").stream()
                .filter(each -> each.status() == 200)
                .toList();
        replay = new ReplayUpstream(recordings);
        gateway = TestGateway.start(folder.resolve("data"), "", replay.yaml("bedrock"));
        account = gateway.liveAccount("1000000");
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void stop() {
        http.close();
        gateway.close();
        replay.close();
    }

    @Test
    void whole_answers_pass_byte_for_byte_and_are_charged_to_the_nano_dollar() throws Exception {
        Assumptions.assumeFalse(recordings.isEmpty(), "recordings are absent: set TOLLGATE_SHARED");
        for (Recording recording : recordings) {
            Answer answer = ask(recording, -1);
            assertThat(answer.status).as(recording.file()).isEqualTo(200);
            assertThat(answer.body).as(recording.file()).isEqualTo(recording.body());
            JsonNode shown = shown(answer.exchange);
            boolean told = recording.input() >= 0;
            if (told) {
                assertThat(charge(shown)).as(recording.file()).isEqualTo(whole(recording));
            }
            assertThat(shown.path("estimated").asBoolean()).as(recording.file()).isNotEqualTo(told);
            assertThat(shown.path("ended").asString()).as(recording.file()).isEqualTo("complete");
            Explained.exactly(shown, recording.file());
        }
        booksAreExact();
    }

    @Test
    void a_cut_anywhere_passes_whole_events_only_and_charges_between_the_report_and_the_whole() throws Exception {
        Assumptions.assumeFalse(recordings.isEmpty(), "recordings are absent: set TOLLGATE_SHARED");
        List<Recording> streams = recordings.stream().filter(Recording::stream).toList();
        Random random = new Random(20_261_128);
        for (int i = 0; i < CUTS; i++) {
            Recording recording = streams.get(random.nextInt(streams.size()));
            cut(recording, random.nextInt(recording.body().length));
        }
        booksAreExact();
    }

    private static void cut(Recording recording, int at) throws Exception {
        String story = recording.file() + " cut at " + at;
        byte[] body = recording.body();
        AnswerScanner until = scanner(true);
        until.scan(Unpooled.wrappedBuffer(body, 0, at));
        until.end(false);
        AnswerFacts facts = until.facts();
        Answer answer = ask(recording, at);
        JsonNode shown = shown(answer.exchange);
        Explained.exactly(shown, story);
        if (answer.status != 200) {
            assertThat(answer.status).as(story).isEqualTo(502);
            assertThat(until.releasable()).as(story).isZero();
            assertThat(charge(shown)).as(story).isEqualTo(Usd.ZERO);
            return;
        }
        byte[] relayed = withoutOurs(answer.body);
        assertThat(Arrays.copyOf(body, relayed.length)).as(story).isEqualTo(relayed);
        assertThat(relayed.length).as(story).isEqualTo((int) until.releasable());
        assertThat(shown.path("ended").asString()).as(story).isEqualTo("upstream_cut");
        Usage reported = facts.usage();
        // before the prompt is reported, ours may be longer than the recorded one; and what is shown of a
        // thought comes before its tokens are counted
        Usd prompt = reported == null ? Usd.parse("0.0005") : Usd.ZERO;
        assertThat(charge(shown))
                .as(story)
                .isBetween(
                        reported == null ? Usd.ZERO : amount(facts, reported),
                        whole(recording).plus(prompt));
    }

    private static AnswerScanner scanner(boolean stream) {
        return new BedrockDialect()
                .scanner(Service.CHAT, new AnswerShape(stream ? Form.FRAMES : Form.WHOLE, false, false));
    }

    private static Usd whole(Recording recording) {
        AnswerScanner scanner = scanner(recording.stream());
        scanner.scan(Unpooled.wrappedBuffer(recording.body()));
        scanner.end(true);
        return amount(scanner.facts(), Objects.requireNonNull(scanner.facts().usage()));
    }

    private static Usd amount(AnswerFacts facts, Usage usage) {
        ModelRates asked = ((Resolution.Priced) BOOK.resolve("bedrock", MODEL, NOW)).rates();
        Terms terms = Terms.STANDARD.at(NOW).tier(facts.serviceTier());
        return asked.amount(usage, terms, Markup.NONE);
    }

    private static Usd charge(JsonNode shown) {
        return Usd.parse(shown.path("charge").asString());
    }

    private static void booksAreExact() {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            var verified = gateway.installation.verify();
            assertThat(verified.get("problems")).asString().isEqualTo("[]");
            assertThat(verified.get("journal_pending")).isEqualTo(0);
        });
    }

    /** What a client got. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Answer(int status, byte[] body, String exchange) {}

    private static Answer ask(Recording recording, int cut) throws IOException, InterruptedException {
        String operation = recording.stream() ? "converse-stream" : "converse";
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.port() + "/model/" + MODEL + "/" + operation))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + account.key())
                .header("X-Replay", Integer.toString(recordings.indexOf(recording)))
                .header("X-Cut", Integer.toString(cut))
                .POST(HttpRequest.BodyPublishers.ofString("{\"inferenceConfig\":{\"maxTokens\":16384},"
                        + "\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Hello\"}]}]}"))
                .build();
        HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        try (InputStream in = response.body()) {
            in.transferTo(got);
        } catch (IOException aborted) {
            // a cut inside an event that had begun to flow
        }
        return new Answer(
                response.statusCode(),
                got.toByteArray(),
                response.headers().firstValue("X-Tollgate-Request-Id").orElse(""));
    }

    private static JsonNode shown(String exchange) throws Exception {
        return MAPPER.readTree(gateway.get(account, "/v1/exchanges/" + exchange).body());
    }

    /** Without our exception, which is the last frame. */
    private static byte[] withoutOurs(byte[] body) {
        ByteBuffer frames = ByteBuffer.wrap(body);
        int at = 0;
        while (at + 4 <= body.length && at + frames.getInt(at) < body.length) {
            at += frames.getInt(at);
        }
        String last = new String(body, at, body.length - at, StandardCharsets.ISO_8859_1);
        return last.contains(":exception-type") ? Arrays.copyOf(body, at) : body;
    }
}
