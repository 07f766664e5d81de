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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
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
import tollgate.dialect.Recordings;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.Service;
import tollgate.dialect.openai.OpenAiDialect;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Real providers' answers, replayed through a whole gateway over sockets: whole, and cut. */
@Tag("wide")
@SuppressWarnings("NullAway.Init") // started before all tests
class RecordedExchangesTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");
    private static final RateBook BOOK = RateBook.builtIn();
    private static final int CUTS = 500;
    private static final int CLIENTS = 8;
    /** At four bytes a token, what is estimated for the prompt of {@link #ask}. */
    private static final long PROMPT_TOKENS = 28;
    /** What 16,384 tokens of gpt-4o and a prompt come to at most. */
    private static final Usd HELD = Usd.parse("0.17");

    /**
     * Vendors that put more into a delta than the model made: what its tools answered, the text again, the name of a
     * channel beside each token. There an estimate may pass the report, never the hold.
     */
    private static final Set<String> PADDED = Set.of(
            "groq/groq-model-web-search-tool-stream.sse",
            "groq/tool-use-failed-error-streaming-1.sse",
            "openrouter/openrouter-stream-error.sse",
            "openrouter/openrouter-streaming-reasoning.sse",
            "perplexity/perplexity-text.sse");

    @TempDir
    static Path folder;

    private static List<Recording> recordings;
    private static ReplayUpstream replay;
    private static TestGateway gateway;
    private static Account account;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        recordings =
                Recordings.chat().stream().filter(each -> each.status() == 200).toList();
        replay = new ReplayUpstream(recordings);
        gateway = TestGateway.start(folder.resolve("data"), "", replay.yaml("openai"));
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
            byte[] body = recording.body();
            AnswerFacts facts = scanned(body, recording.stream());
            Answer answer = ask(recording, -1);
            if (facts.usage() == null && !facts.complete() && facts.events() == 0) {
                assertThat(answer.status).as(recording.file()).isEqualTo(502);
                continue;
            }
            assertThat(answer.status).as(recording.file()).isEqualTo(200);
            assertThat(withoutComment(answer.body)).as(recording.file()).isEqualTo(body);
            Usage usage = facts.usage();
            if (usage != null && !facts.error()) {
                Usd exact = amount(facts, usage);
                JsonNode shown = shown(answer.exchange);
                assertThat(shown.path("charge").asString()).as(recording.file()).isEqualTo(exact.toString());
                assertThat(shown.path("lines")).as(recording.file()).isNotEmpty();
                Explained.exactly(shown, recording.file());
            }
        }
        booksAreExact();
    }

    @Test
    void a_cut_anywhere_passes_whole_events_only_and_charges_between_the_report_and_the_whole() throws Exception {
        Assumptions.assumeFalse(recordings.isEmpty(), "recordings are absent: set TOLLGATE_SHARED");
        List<Recording> streams = streams();
        Map<Recording, Usd> whole = wholeCharges(streams);
        Random random = new Random(20_261_124);
        List<Cut> cuts = new ArrayList<>();
        for (int i = 0; i < CUTS; i++) {
            Recording recording = streams.get(random.nextInt(streams.size()));
            int at = random.nextInt(recording.body().length);
            cuts.add(new Cut(recording, at, Objects.requireNonNull(whole.get(recording))));
        }
        cut(cuts);
        booksAreExact();
    }

    @Test
    void a_cut_at_an_event_boundary_and_a_byte_beside_it_charges_between_the_report_and_the_whole() throws Exception {
        Assumptions.assumeFalse(recordings.isEmpty(), "recordings are absent: set TOLLGATE_SHARED");
        List<Recording> streams = streams();
        Map<Recording, Usd> whole = wholeCharges(streams);
        List<Cut> cuts = new ArrayList<>();
        for (Recording recording : streams) {
            for (int at : besideBoundaries(recording.body())) {
                cuts.add(new Cut(recording, at, Objects.requireNonNull(whole.get(recording))));
            }
        }
        assertThat(cuts).hasSizeGreaterThan(streams.size() * 9);
        cut(Breadth.oneOf(7, cuts));
        booksAreExact();
    }

    private static List<Recording> streams() {
        return recordings.stream().filter(Recording::stream).toList();
    }

    /** What each costs where nothing is cut. */
    private static Map<Recording, Usd> wholeCharges(List<Recording> streams) throws Exception {
        Map<Recording, Usd> charges = new HashMap<>();
        for (Recording recording : streams) {
            charges.put(recording, charge(shown(ask(recording, -1).exchange)));
        }
        return charges;
    }

    /** Every end of an event, the byte before and the byte behind it. */
    private static SortedSet<Integer> besideBoundaries(byte[] body) {
        SortedSet<Integer> cuts = new TreeSet<>();
        Matcher blank = Pattern.compile("\r?\n\r?\n").matcher(new String(body, StandardCharsets.ISO_8859_1));
        while (blank.find()) {
            for (int at = blank.end() - 1; at <= Math.min(blank.end() + 1, body.length); at++) {
                cuts.add(at);
            }
        }
        return cuts;
    }

    /** A stream whose connection is cut after so many bytes. */
    private record Cut(Recording recording, int at, Usd whole) {
        String story() {
            return recording.file() + " cut at " + at;
        }
    }

    /** Makes cuts, some at a time, and holds each to its charge. */
    private static void cut(List<Cut> cuts) throws Exception {
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Callable<String>> asked = new ArrayList<>();
            for (Cut cut : cuts) {
                asked.add(() -> wrongWith(cut));
            }
            List<String> wrong = new ArrayList<>();
            for (Future<String> answered : clients.invokeAll(asked)) {
                wrong.add(answered.get());
            }
            assertThat(wrong).hasSameSizeAs(cuts).allMatch(String::isEmpty);
        }
    }

    private static String wrongWith(Cut cut) throws Exception {
        try {
            holds(cut);
            return "";
        } catch (AssertionError wrong) {
            return String.valueOf(wrong.getMessage());
        }
    }

    private static void holds(Cut cut) throws Exception {
        String story = cut.story();
        byte[] body = cut.recording.body();
        AnswerScanner until = new OpenAiDialect().scanner(Service.CHAT, new AnswerShape(true, false, false));
        until.scan(Unpooled.wrappedBuffer(body, 0, cut.at));
        boolean terminated = until.terminated();
        until.end(false);
        AnswerFacts facts = until.facts();
        // the end of the stream is there, if without the blank line behind it
        terminated |= facts.complete();
        Answer answer = ask(cut.recording, cut.at);
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
        if (terminated) {
            assertThat(charge(shown)).as(story).isEqualTo(cut.whole);
            return;
        }
        assertThat(relayed.length).as(story).isEqualTo((int) until.releasable());
        assertThat(shown.path("ended").asString()).as(story).isEqualTo("upstream_cut");
        Usage reported = facts.usage();
        Usd least = reported == null ? Usd.ZERO : amount(facts, reported);
        assertThat(charge(shown)).as(story).isBetween(least, most(cut, facts));
        if (facts.contentBytes() > 0) {
            assertThat(charge(shown)).as(story).isGreaterThan(Usd.ZERO);
        }
        boolean all = reported != null && facts.contentBytes() <= facts.contentBytesAtUsage();
        assertThat(shown.path("estimated").asBoolean()).as(story).isNotEqualTo(all);
    }

    /**
     * The charge of the whole. Before it is reported, our request's prompt may be longer than the recorded one, nobody can
     * know what of it was cached and so came cheaper, nor, before it is named, which model answers.
     */
    private static Usd most(Cut cut, AnswerFacts facts) {
        Usage all = scanned(cut.recording.body(), true).usage();
        if (PADDED.contains(cut.recording.file())) {
            return HELD;
        }
        if (all == null || facts.usage() != null) {
            return cut.whole;
        }
        Usage uncached = Usage.builder()
                .set(UnitClass.INPUT, Math.max(PROMPT_TOKENS, all.inputTokens()))
                .set(UnitClass.OUTPUT, all.outputTokens())
                .build();
        return amount(facts, uncached);
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

    private static AnswerFacts scanned(byte[] body, boolean stream) {
        AnswerScanner scanner = new OpenAiDialect().scanner(Service.CHAT, new AnswerShape(stream, false, false));
        scanner.scan(Unpooled.wrappedBuffer(body));
        scanner.end(true);
        return scanner.facts();
    }

    private static Usd amount(AnswerFacts facts, Usage usage) {
        ModelRates rates = rates(facts.model());
        return rates.amount(rates.countingRequest(usage), Terms.STANDARD, Markup.NONE);
    }

    private static ModelRates rates(@Nullable String answered) {
        ModelRates asked = ((Resolution.Priced) BOOK.resolve("gpt-4o", NOW)).rates();
        return BOOK.settling(asked, answered, NOW);
    }

    /** What a client got. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Answer(int status, byte[] body, String exchange) {}

    private static Answer ask(Recording recording, int cut) throws IOException, InterruptedException {
        String body = "{\"model\":\"gpt-4o\",\"stream\":" + recording.stream()
                + (recording.stream() ? ",\"stream_options\":{\"include_usage\":true}" : "")
                + ",\"max_completion_tokens\":16384,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.installation.baseUrl() + "/chat/completions"))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + account.key())
                .header("X-Replay", Integer.toString(recordings.indexOf(recording)))
                .header("X-Cut", Integer.toString(cut))
                .POST(HttpRequest.BodyPublishers.ofString(body))
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

    private static byte[] withoutComment(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        return text.replaceAll("(?m)^: tollgate [^\\n]*\\n", "").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Without our comment and our error event. */
    private static byte[] withoutOurs(byte[] body) {
        String text = new String(withoutComment(body), StandardCharsets.ISO_8859_1);
        int ours = text.lastIndexOf("data: {\"error\":{\"message\":\"the upstream's answer broke off");
        return (ours < 0 ? text : text.substring(0, ours)).getBytes(StandardCharsets.ISO_8859_1);
    }
}
