package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.Recordings;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.Relay;
import tollgate.dialect.Service;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every recorded answer of Responses, whole, byte by byte and cut in two. */
class RecordedResponsesTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final boolean WIDE = Boolean.getBoolean("tollgate.wide");
    private static final OpenAiDialect DIALECT = new OpenAiDialect();

    /** Four answers, one after another: an exchange has one, and accounting ends with it. */
    private static final String FOUR = "azure-responses/azure-reasoning-encrypted-content-1.sse";

    private static List<Recording> all() {
        return Recordings.in(
                "openai-responses",
                "azure-responses",
                "deepseek-responses",
                "lmstudio-responses",
                "gw-openai-responses",
                "openrouter-responses",
                "xai-responses");
    }

    private static Stream<Recording> some(Stream<Recording> found) {
        List<Recording> list = found.toList();
        return list.isEmpty() ? Stream.of(Recording.NONE) : list.stream();
    }

    static Stream<Recording> streams() {
        return some(all().stream().filter(each -> each.stream() && !each.file().equals(FOUR)));
    }

    static Stream<Recording> rawStreams() {
        return some(all().stream().filter(each -> each.stream() && each.wire().equals("raw")));
    }

    static Stream<Recording> wholes() {
        return some(all().stream().filter(each -> !each.stream()));
    }

    private static Relay stream(byte[] body) {
        return Relay.of(DIALECT, Service.RESPONSES, body, true, false);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void a_recorded_stream_passes_unchanged_and_its_usage_is_read(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        Slow slow = new Slow(body);
        for (int slice : new int[] {body.length, 1, 7, 1460}) {
            Relay relay = stream(body).scanAll(slice);
            assertThat(relay.bytes()).isEqualTo(body);
            check(recording, relay.facts(), slow.last);
            assertThat(relay.facts().malformed()).isZero();
            assertThat(relay.facts().complete()).isTrue();
            assertThat(relay.facts().error()).isFalse();
            assertThat(relay.facts().contentBytes()).isEqualTo(slow.content);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void a_recorded_stream_cut_anywhere_in_two_is_read_the_same(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        Slow slow = new Slow(body);
        byte[] expected = slow.commented();
        for (int cut = 0; cut < body.length; cut += step(body, cut)) {
            Relay relay = stream(body).announcing().scan(cut).scanAll(body.length);
            assertThat(relay.bytes()).as("cut at %d", cut).isEqualTo(expected);
            check(recording, relay.facts(), slow.last);
            assertThat(relay.facts().contentBytes()).isEqualTo(slow.content);
        }
    }

    /** Every place near the ends and around line ends; here and there inside long lines, more so in short bodies. */
    private static int step(byte[] body, int at) {
        boolean near = WIDE || body.length - at < 300 || at < 200;
        for (int i = Math.max(0, at - 1); i < at + 1 && !near; i++) {
            near = body[i] == '\n';
        }
        int i = at + 2;
        while (i < body.length && body[i] != '\n') {
            i++;
        }
        return near ? 1 : Math.min(body.length < 20_000 ? 149 : 997, Math.max(1, i - 1 - at));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wholes")
    void a_recorded_whole_response_passes_unchanged_and_its_usage_is_read(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        JsonNode tree = MAPPER.readTree(body);
        for (int cut = 0; cut < body.length; cut += body.length - cut < 200 || cut < 200 ? 1 : 61) {
            Relay relay =
                    Relay.of(DIALECT, Service.RESPONSES, body, false, false).scan(cut);
            assertThat(relay.bytes()).isEmpty();
            relay.scanAll(body.length);
            assertThat(relay.bytes()).isEqualTo(body);
            check(recording, relay.facts(), tree);
            assertThat(relay.facts().complete()).isEqualTo(recording.status() == 200);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rawStreams")
    void the_bound_is_never_below_what_was_reported_and_visible(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        Relay relay = stream(recording.body()).scanAll(4096);
        long hidden = Math.max(0, recording.reasoning());
        assertThat(relay.facts().boundUnits()).isGreaterThanOrEqualTo(recording.output() - hidden);
    }

    private static void check(Recording recording, AnswerFacts facts, JsonNode response) {
        if (recording.input() < 0) {
            assertThat(facts.usage()).isNull();
            return;
        }
        Usage usage = Objects.requireNonNull(facts.usage());
        assertThat(usage.inputTokens()).isEqualTo(recording.input());
        assertThat(usage.outputTokens()).isEqualTo(recording.output());
        assertThat(usage.units(UnitClass.CACHED_INPUT)).isEqualTo(Math.max(0, recording.cached()));
        assertThat(usage.units(UnitClass.CACHE_WRITE)).isEqualTo(Math.max(0, recording.cacheWrite()));
        assertThat(facts.reasoningTokens()).isEqualTo(Math.max(0, recording.reasoning()));
        assertThat(facts.model()).isEqualTo(response.path("model").asString());
        if (response.path("service_tier").isString()) {
            assertThat(facts.serviceTier())
                    .isEqualTo(response.path("service_tier").asString());
        }
        long searches = 0;
        long files = 0;
        Set<String> containers = new HashSet<>();
        for (JsonNode item : response.path("output")) {
            String type = item.path("type").asString("");
            String action = item.path("action").path("type").asString("search");
            searches += type.equals("web_search_call") && action.equals("search") ? 1 : 0;
            files += type.equals("file_search_call") ? 1 : 0;
            for (JsonNode id :
                    List.of(item.path("container_id"), item.path("environment").path("container_id"))) {
                if (id.isString()) {
                    containers.add(id.asString());
                }
            }
        }
        assertThat(usage.units(UnitClass.WEB_SEARCH)).isEqualTo(searches);
        assertThat(usage.units(UnitClass.FILE_SEARCH)).isEqualTo(files);
        assertThat(usage.units(UnitClass.CODE_SESSION)).isEqualTo(containers.size());
        assertThat(usage.asMap().keySet())
                .isSubsetOf(
                        UnitClass.INPUT,
                        UnitClass.CACHED_INPUT,
                        UnitClass.CACHE_WRITE,
                        UnitClass.OUTPUT,
                        UnitClass.WEB_SEARCH,
                        UnitClass.FILE_SEARCH,
                        UnitClass.CODE_SESSION);
    }

    /** What a reader of Responses should find, worked out slowly: a tree of every event. */
    private static final class Slow {
        private final String text;
        private JsonNode last = MAPPER.nullNode();
        private int blank;
        private long content;

        Slow(byte[] body) {
            text = new String(body, StandardCharsets.UTF_8);
            int at = 0;
            while (last.isNull() && at < text.length()) {
                int end = text.indexOf("\n\n", at);
                String block = text.substring(at, end < 0 ? text.length() : end);
                for (String line : block.split("\n", -1)) {
                    if (line.startsWith("data: {")) {
                        event(MAPPER.readTree(line.substring(6)));
                    }
                }
                blank = end + 1;
                at = end + 2;
            }
        }

        private void event(JsonNode event) {
            if (event.path("delta").isString()) {
                content += event.path("delta").asString().getBytes(StandardCharsets.UTF_8).length;
            }
            if (event.path("type").asString("").equals("response.completed")) {
                last = event.path("response");
            }
        }

        byte[] commented() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(text.substring(0, blank).getBytes(StandardCharsets.UTF_8));
            out.writeBytes(Relay.COMMENT);
            out.writeBytes(text.substring(blank).getBytes(StandardCharsets.UTF_8));
            return out.toByteArray();
        }
    }
}
