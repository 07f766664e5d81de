package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

/** OpenAI's Responses through one gateway with a real redis-server, SQLite and sandbox provider, over real sockets. */
@SuppressWarnings("NullAway.Init") // started before all tests
class ResponsesEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String COMMENT = "(?m)^: tollgate .*\n";
    private static final String SEARCH = ",\"tools\":[{\"type\":\"web_search\"}]";

    @TempDir
    static Path folder;

    private static final RateBook BOOK = RateBook.builtIn();
    private static List<Recording> recordings;
    private static ReplayUpstream replay;
    private static TestGateway gateway;
    private static Account live;

    @BeforeAll
    static void start() throws IOException {
        recordings = Recordings.in(
                        "openai-responses",
                        "azure-responses",
                        "deepseek-responses",
                        "lmstudio-responses",
                        "openrouter-responses",
                        "xai-responses")
                .stream()
                // one file has four answers, one after another
                .filter(each -> each.status() == 200 && !each.file().contains("azure-reasoning-encrypted-content-1"))
                .toList();
        replay = new ReplayUpstream(recordings);
        gateway = TestGateway.start(
                folder.resolve("data"),
                "timeouts: {first_byte: 700ms, idle: 700ms}\nholds: {input_ceiling: 20000}\n",
                replay.yaml("openai").replace("api_key: k", "api_key: k, shared: [v]"));
        live = gateway.liveAccount("100000");
    }

    @AfterAll
    static void the_books_are_exact_and_nothing_is_held() {
        try {
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                var verified = gateway.installation.verify();
                assertThat(verified.get("problems")).asString().isEqualTo("[]");
                assertThat(verified.get("journal_pending")).isEqualTo(0);
                assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
            });
        } finally {
            gateway.close();
            replay.close();
        }
    }

    private static String body(boolean stream, String more) {
        return "{\"model\":\"gpt-4o-mini\",\"stream\":" + stream + more + ",\"input\":\"Say something.\"}";
    }

    private static HttpResponse<String> ask(Account account, boolean stream, String more, String told, String... head)
            throws IOException, InterruptedException {
        return gateway.post(account, "/v1/responses", body(stream, more), told, head);
    }

    @Test
    void a_whole_response_tells_its_cost_in_its_head() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = ask(account, false, ",\"max_output_tokens\":100", "tokens=10");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(header(answer, "X-Request-Type")).isEqualTo("responses");
        assertThat(header(answer, "X-Model")).isEqualTo("gpt-4o-mini-2024-07-18");
        assertThat(header(answer, "X-Usage-Units")).isEqualTo("input=7, cached_input=0, output=10");
        // 7 tokens at 0.15 and 10 at 0.60 dollars a million
        assertThat(header(answer, "X-Usage-Cost")).isEqualTo("0.00000705");
        assertThat(header(answer, "X-Wallet-Balance")).isEqualTo("0.99999295");
    }

    @Test
    void a_stream_is_the_upstreams_bytes_and_one_comment_line_inside_its_last_block() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = ask(account, true, ",\"max_output_tokens\":100", "tokens=10");
        String own = ": tollgate {\"usage_cost\":\"0.00000705\"";
        assertThat(answer.body()).startsWith("event: response.created\n").contains("}}}\n" + own);
        assertThat(answer.body().indexOf(own)).isGreaterThan(answer.body().indexOf("event: response.completed"));
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest direct = HttpRequest.newBuilder(URI.create(
                            "http://127.0.0.1:" + gateway.installation.sandbox().port() + "/v1/responses"))
                    .header("Authorization", "Bearer k")
                    .header("X-Sandbox", "tokens=10")
                    .POST(HttpRequest.BodyPublishers.ofString(body(true, ",\"max_output_tokens\":100")))
                    .build();
            assertThat(anonymous(answer.body().replaceAll(COMMENT, "")))
                    .isEqualTo(anonymous(http.send(direct, HttpResponse.BodyHandlers.ofString())
                            .body()));
        }
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "whole  | tokens=10, reasoning=20, cache-read=4 | 200 | 0.00001875",
                "stream | tokens=10, reasoning=20, cache-read=4 | 200 | 0.00001875",
                "whole  | tokens=500                            | 200 | 0.00006105",
                "stream | tokens=500                            | 200 | 0.00006105",
                "whole  | status=500                            | 500 | 0.00",
                "whole  | status=429                            | 429 | 0.00",
                "whole  | status=401                            | 502 | 0.00",
                "whole  | stall=head                            | 504 | 0.00",
                "whole  | cut=20                                | 502 | 0.00",
                "whole  | error=only                            | 200 | 0.00",
                "whole  | usage=zero, tokens=3                  | 200 | 0.00",
                "whole  | usage=omit, tokens=30                 | 200 | about",
                "whole  | usage=null, tokens=30                 | 200 | about",
                "whole  | encoding=gzip, tokens=10              | 200 | 0.00000705",
                "stream | status=500                            | 500 | 0.00",
                "stream | cut=0                                 | 502 | 0.00",
                "stream | error=only                            | 200 | 0.00",
                "stream | usage=zero, tokens=30                 | 200 | 0.00",
                "stream | usage=omit, tokens=30                 | 200 | about",
                "stream | usage=null, tokens=30                 | 200 | about",
                "stream | done=omit, tokens=30                  | 200 | about",
                "stream | cut=4000, tokens=30                   | 200 | about",
                "stream | stall=4000, tokens=30                 | 200 | about",
                "stream | error=mid, tokens=30                  | 200 | about",
                "stream | malformed=1, tokens=10                | 200 | 0.00000705",
                "stream | encoding=gzip, tokens=10              | 200 | 0.00000705",
                "stream | eol=crlf, tokens=10                   | 200 | 0.00000705",
                "stream | eol=cr, tokens=10                     | 200 | 0.00000705",
                "stream | slice=7, tokens=10                    | 200 | 0.00000705",
            })
    void every_ending_has_the_right_answer_and_the_right_charge(String form, String told, int status, String charge)
            throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer =
                ask(account, form.equals("stream"), ",\"max_output_tokens\":100", told, "Accept-Encoding", "identity");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode shown = shown(account, answer);
        if (charge.equals("about")) {
            Usd charged = Usd.parse(shown.path("charge").asString());
            // no less than a token, no more than 30 at 0.60 and the prompt of 7 at 0.15 dollars a million, or its
            // estimate
            assertThat(charged.nano()).isBetween(600L, 30L * 600 + 40 * 150);
            assertThat(shown.path("estimated").asBoolean()).isTrue();
        } else {
            assertThat(shown.path("charge").asString()).isEqualTo(charge);
        }
        if (status != 200) {
            assertThat(MAPPER.readTree(answer.body())
                            .path("error")
                            .path("message")
                            .asString())
                    .isNotEmpty();
        }
    }

    @Test
    void a_cut_stream_ends_with_an_error_event_in_the_shape_of_responses() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = ask(account, true, ",\"max_output_tokens\":100", "cut=4000, tokens=30");
        assertThat(answer.body())
                .contains("\n\nevent: error\ndata: {\"type\":\"error\",\"code\":\"upstream_cut\"")
                .contains("\"code\":\"upstream_cut\"}}\n: tollgate {\"usage_cost\":");
        assertThat(shown(account, answer).path("ended").asString()).isEqualTo("upstream_cut");
    }

    @ParameterizedTest(name = "stream {0}")
    @CsvSource({"false", "true"})
    void the_cost_is_told_inside_the_usage_object_where_that_is_asked_for(boolean stream) throws Exception {
        Account account = gateway.account("1.00");
        String more = ",\"max_output_tokens\":100";
        HttpResponse<String> plain = ask(account, stream, more, "tokens=10");
        HttpResponse<String> answer = ask(account, stream, more, "tokens=10", "X-Tollgate-Announce", "usage");
        assertThat(answer.body()).containsOnlyOnce(",\"cost\":\"0.00000705\"}");
        assertThat(anonymous(
                        answer.body().replace(",\"cost\":\"0.00000705\"", "").replaceAll(COMMENT, "")))
                .isEqualTo(anonymous(plain.body().replaceAll(COMMENT, "")));
    }

    @Test
    void a_ceiling_is_set_where_the_client_gave_none_and_the_wallet_affords_no_more() throws Exception {
        Account account = gateway.account("0.01");
        HttpResponse<String> answer = ask(account, false, "", "tokens=10");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String clamped = header(answer, "X-Tollgate-Clamped");
        assertThat(Long.parseLong(clamped)).isBetween(256L, 16_000L);
        assertThat(Objects.requireNonNull(gateway.installation.sandbox().log().last())
                        .body())
                .startsWith("{\"max_output_tokens\":" + clamped + ",\"model\"");
    }

    @ParameterizedTest(name = "stream {0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                // a search costs this family 0.025, a search of files 0.0025, a container 0.03
                "false | searches=2, tokens=10                        | 0.05000705 | input=7, web_search=2, output=10",
                "true  | searches=2, tokens=10                        | 0.05000705 | input=7, web_search=2, output=10",
                "true  | file-searches=3, containers=1, tokens=10     | 0.03750705 | input=7, file_search=3, code_session=1, output=10",
                "false | file-searches=3, containers=1, tokens=10     | 0.03750705 | input=7, file_search=3, code_session=1, output=10",
            })
    void calls_of_the_providers_own_tools_are_charged_each(boolean stream, String told, String cost, String units)
            throws Exception {
        Account account = gateway.account("5.00");
        String tools = ",\"max_tool_calls\":4,\"max_output_tokens\":100,\"tools\":[{\"type\":\"web_search\"},"
                + "{\"type\":\"file_search\",\"vector_store_ids\":[\"v\"]},{\"type\":\"code_interpreter\",\"container\":{\"type\":\"auto\"}}]";
        HttpResponse<String> answer = ask(account, stream, tools, told);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode shown = shown(account, answer);
        assertThat(shown.path("charge").asString()).isEqualTo(cost);
        for (String unit : units.split(", ", -1)) {
            String[] pair = unit.split("=", 2);
            assertThat(shown.path("units").path(pair[0]).asLong()).as(unit).isEqualTo(Long.parseLong(pair[1]));
        }
        assertThat(shown.path("estimated").asBoolean()).isFalse();
    }

    @Test
    void a_search_that_was_made_is_owed_though_the_stream_is_cut_behind_it() throws Exception {
        Account account = gateway.account("5.00");
        HttpResponse<String> answer =
                ask(account, true, SEARCH + ",\"max_output_tokens\":100", "searches=1, tokens=60, cut=5000");
        JsonNode shown = shown(account, answer);
        assertThat(shown.path("ended").asString()).isEqualTo("upstream_cut");
        assertThat(shown.path("units").path("web_search").asLong()).isEqualTo(1);
        assertThat(Usd.parse(shown.path("charge").asString()).nano()).isBetween(25_000_001L, 25_100_000L);
    }

    @Test
    void what_the_tools_may_cost_is_held() throws Exception {
        // 20,000 tokens of input at 0.15 a million are 0.003; 32 searches 0.80
        HttpResponse<String> poor = ask(gateway.account("0.80"), false, SEARCH, "searches=1");
        assertThat(poor.statusCode()).as(poor.body()).isEqualTo(402);
        assertThat(MAPPER.readTree(poor.body()).path("error").path("needed").asString())
                .startsWith("0.81");
        HttpResponse<String> bounded =
                ask(gateway.account("0.10"), false, SEARCH + ",\"max_tool_calls\":2", "searches=1");
        assertThat(bounded.statusCode()).as(bounded.body()).isEqualTo(200);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "not kept, made later   | \"input\":\"x\",\"background\":true,\"store\":false               | unsupported_parameter",
                "pictures               | \"input\":\"x\",\"tools\":[{\"type\":\"image_generation\"}]      | unsupported_parameter",
                "no input               | \"user\":\"u\"                                                   | invalid_value",
            })
    void bad_requests_are_refused_and_cost_nothing(String story, String fields, String code) throws Exception {
        Account account = gateway.account("1.00");
        long before = gateway.installation.sandbox().log().requests();
        HttpResponse<String> answer =
                gateway.post(account, "/v1/responses", "{\"model\":\"gpt-4o-mini\"," + fields + "}", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(MAPPER.readTree(answer.body()).path("error").path("code").asString())
                .isEqualTo(code);
        assertThat(gateway.installation.sandbox().log().requests()).isEqualTo(before);
    }

    /** Two answers that are the same have ids of their own all the same. */
    private static String anonymous(String answer) {
        return answer.replaceAll("(resp|msg)_[0-9a-f]{32}", "$1");
    }

    @Test
    void a_response_that_nobody_made_is_not_there() throws Exception {
        assertThat(gateway.get(gateway.account("0"), "/v1/responses/resp_1").statusCode())
                .isEqualTo(404);
        assertThat(gateway.post(gateway.account("0"), "/v1/responses/resp_1/cancel", "{}", "")
                        .statusCode())
                .isEqualTo(404);
    }

    private static HttpResponse<String> replayed(int index, int cut) throws IOException, InterruptedException {
        boolean stream = recordings.get(index).stream();
        return gateway.post(
                live,
                "/v1/responses",
                body(stream, ",\"max_output_tokens\":16384"),
                "",
                "X-Replay",
                Integer.toString(index),
                "X-Cut",
                Integer.toString(cut));
    }

    private static AnswerFacts facts(byte[] body, int length, boolean stream) {
        AnswerScanner scanner = new OpenAiDialect().scanner(Service.RESPONSES, new AnswerShape(stream, false, false));
        scanner.scan(Unpooled.wrappedBuffer(body, 0, length));
        scanner.end(length == body.length);
        return scanner.facts();
    }

    private static Usd amount(AnswerFacts facts, Usage usage) {
        Instant now = Instant.parse("2026-11-25T00:00:00Z");
        RateBook book = BOOK;
        ModelRates asked = ((Resolution.Priced) book.resolve("gpt-4o-mini", now)).rates();
        ModelRates rates = book.settling(asked, facts.model(), now);
        return rates.amount(usage, Terms.STANDARD.at(now).tier(facts.serviceTier()), Markup.NONE);
    }

    @Test
    void recorded_answers_pass_byte_for_byte_and_are_charged_to_the_nano_dollar() throws Exception {
        Assumptions.assumeFalse(recordings.isEmpty(), "recordings are absent: set TOLLGATE_SHARED");
        for (int i = 0; i < recordings.size(); i++) {
            Recording recording = recordings.get(i);
            HttpResponse<String> answer = replayed(i, -1);
            assertThat(answer.statusCode()).as(recording.file()).isEqualTo(200);
            byte[] body = recording.body();
            assertThat(answer.body().replaceAll(COMMENT, ""))
                    .as(recording.file())
                    .isEqualTo(new String(body, StandardCharsets.UTF_8));
            AnswerFacts facts = facts(body, body.length, recording.stream());
            assertThat(shown(live, answer).path("charge").asString())
                    .as(recording.file())
                    .isEqualTo(
                            amount(facts, Objects.requireNonNull(facts.usage())).toString());
        }
    }

    @Test
    void recorded_streams_cut_anywhere_pass_whole_events_and_never_cost_more_than_the_whole() throws Exception {
        Assumptions.assumeFalse(recordings.isEmpty(), "recordings are absent: set TOLLGATE_SHARED");
        Random random = new Random(20_261_128);
        for (int round = 0; round < 500; ) {
            int index = random.nextInt(recordings.size());
            Recording recording = recordings.get(index);
            if (!recording.stream()) {
                continue;
            }
            round++;
            byte[] body = recording.body();
            // every fourth within what ends it
            int cut = round % 4 == 0 ? body.length - random.nextInt(4) : random.nextInt(body.length);
            String story = recording.file() + " cut at " + cut;
            HttpResponse<String> answer;
            try {
                answer = replayed(index, cut);
            } catch (IOException aborted) {
                // inside an event that had begun to flow
                continue;
            }
            AnswerScanner until = new OpenAiDialect().scanner(Service.RESPONSES, new AnswerShape(true, false, false));
            until.scan(Unpooled.wrappedBuffer(body, 0, cut));
            AnswerFacts seen = until.facts();
            JsonNode shown = shown(live, answer);
            Usd charged = Usd.parse(shown.path("charge").asString());
            if (answer.statusCode() != 200) {
                assertThat(answer.statusCode()).as(story).isEqualTo(502);
                assertThat(charged).as(story).isEqualTo(Usd.ZERO);
                continue;
            }
            String relayed = answer.body().replaceAll(COMMENT, "");
            int ours = relayed.lastIndexOf("event: error\ndata: {\"type\":\"error\",\"code\":\"upstream_cut\"");
            assertThat(ours < 0 || relayed.startsWith("\n\n", ours - 2))
                    .as(story)
                    .isTrue();
            assertThat(new String(body, StandardCharsets.UTF_8))
                    .as(story)
                    .startsWith(ours < 0 ? relayed : relayed.substring(0, ours));
            Usage all = Objects.requireNonNull(facts(body, body.length, true).usage());
            Usage uncached = Usage.builder()
                    .set(UnitClass.INPUT, Math.max(60, all.inputTokens()))
                    .set(UnitClass.OUTPUT, all.outputTokens())
                    .set(UnitClass.WEB_SEARCH, all.units(UnitClass.WEB_SEARCH))
                    .set(UnitClass.FILE_SEARCH, all.units(UnitClass.FILE_SEARCH))
                    .set(UnitClass.CODE_SESSION, all.units(UnitClass.CODE_SESSION))
                    .build();
            assertThat(charged).as(story).isBetween(new Usd(1), amount(seen, uncached));
            assertThat(shown.path("ended").asString())
                    .as(story)
                    .isEqualTo(until.terminated() ? "complete" : "upstream_cut");
        }
    }

    private static JsonNode shown(Account account, HttpResponse<String> answer) throws Exception {
        return MAPPER.readTree(gateway.get(account, "/v1/exchanges/" + header(answer, "X-Tollgate-Request-Id"))
                .body());
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
