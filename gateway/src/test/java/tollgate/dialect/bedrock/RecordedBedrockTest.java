package tollgate.dialect.bedrock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.Recordings;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.Relay;
import tollgate.dialect.Service;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Bedrock's own answers: whole, byte by byte, and cut in two at every place. */
@Tag("wide")
class RecordedBedrockTest {
    private static final String CLAUDE_BODY =
            "{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":9,\"messages\":[]}";

    static Stream<Recording> streams() {
        return some(recorded().stream().filter(Recording::stream).toList());
    }

    static Stream<Recording> wholes() {
        return some(recorded().stream().filter(each -> !each.stream()).toList());
    }

    static Stream<Recording> invoked() {
        return some(Recordings.in("bedrock-invoke"));
    }

    static Stream<Recording> counts() {
        return some(Recordings.in("bedrock-count-tokens"));
    }

    private static List<Recording> recorded() {
        return Recordings.in("bedrock-converse", "bedrock-converse-stream", "gw-bedrock");
    }

    private static Stream<Recording> some(List<Recording> found) {
        return found.isEmpty() ? Stream.of(Recording.NONE) : found.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void a_recorded_stream_passes_unchanged_at_every_split_and_its_usage_is_read(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        Relay bytewise = stream(body).scanAll(1);
        assertThat(bytewise.bytes()).isEqualTo(body);
        check(recording, bytewise.facts());
        for (int cut = 0; cut < body.length; cut++) {
            Relay relay = stream(body).scan(cut).scanAll(body.length);
            assertThat(relay.bytes()).as("cut at %d", cut).isEqualTo(body);
            check(recording, relay.facts());
            assertThat(relay.facts().contentBytes()).isEqualTo(bytewise.facts().contentBytes());
            assertThat(relay.facts().boundUnits()).isEqualTo(bytewise.facts().boundUnits());
            assertThat(relay.facts().events()).isEqualTo(bytewise.facts().events());
        }
        assertThat(bytewise.facts().boundUnits()).isGreaterThanOrEqualTo(recording.output());
    }

    private static Relay stream(byte[] body) {
        return Relay.of(BedrockSamples.DIALECT, Service.CHAT, body, Form.FRAMES).announcing();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void a_recorded_stream_that_is_cut_lets_whole_frames_go_only(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        int boundary = 0;
        for (int cut = 0; cut < body.length; cut++) {
            if (cut > boundary + 3 && cut == boundary + number(body, boundary)) {
                boundary = cut;
            }
            Relay relay = stream(body).scan(cut).end(false);
            assertThat(relay.bytes().length).as("cut at %d", cut).isEqualTo(boundary);
            assertThat(relay.facts().usage()).isNull();
            assertThat(relay.facts().complete()).isFalse();
            assertThat(relay.scanner.tornEvent()).isFalse();
        }
    }

    private static int number(byte[] body, int at) {
        return (body[at + 2] & 0xFF) << 8 | (body[at + 3] & 0xFF);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wholes")
    void a_recorded_whole_answer_passes_unchanged_at_every_split_and_its_usage_is_read(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        for (int cut = 0; cut < body.length; cut++) {
            Relay relay = Relay.whole(BedrockSamples.DIALECT, body).scan(cut).scanAll(body.length);
            assertThat(relay.bytes()).isEqualTo(body);
            assertThat(relay.facts().complete()).isEqualTo(recording.status() == 200);
            check(recording, relay.facts());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("invoked")
    void an_invoked_model_is_metered_by_its_own_usage_or_by_the_head_of_its_answer(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        boolean claude = recording.file().contains("anthropic");
        String model = claude
                ? "eu.anthropic.claude-haiku-4-5-20251001-v1:0"
                : recording.file().contains("nova")
                        ? "amazon.nova-2-multimodal-embeddings-v1:0"
                        : "amazon.titan-embed-text-v2:0";
        Map<String, String> head = BedrockSamples.head(recording);
        for (int cut = 0; cut < body.length; cut += cut < 300 || body.length - cut < 300 ? 1 : 97) {
            Relay relay = Relay.of(
                            BedrockSamples.invoked(
                                    model, false, claude ? CLAUDE_BODY : "{\"inputText\":\"Hello\"}", head),
                            body)
                    .scan(cut)
                    .scanAll(body.length);
            assertThat(relay.bytes()).isEqualTo(body);
            AnswerFacts facts = relay.facts();
            assertThat(facts.complete()).isTrue();
            assertThat(facts.model()).isEqualTo(model);
            if (claude) {
                check(recording, facts);
            } else {
                Usage usage = Objects.requireNonNull(facts.usage());
                assertThat(usage.inputTokens()).isEqualTo(Long.parseLong(head.get("x-amzn-bedrock-input-token-count")));
                assertThat(usage.outputTokens()).isZero();
                assertThat(facts.outputUntold()).isFalse();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("counts")
    void counting_tells_no_usage(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        for (int cut = 0; cut < body.length; cut++) {
            Relay relay = Relay.of(BedrockSamples.DIALECT, Service.COUNT_TOKENS, body, false, false)
                    .scan(cut)
                    .scanAll(body.length);
            assertThat(relay.bytes()).isEqualTo(body);
            assertThat(relay.facts().usage()).isNull();
            assertThat(relay.facts().complete()).isEqualTo(recording.status() == 200);
        }
    }

    private static void check(Recording recording, AnswerFacts facts) {
        if (recording.input() < 0) {
            assertThat(facts.usage()).isNull();
            return;
        }
        Usage usage = Objects.requireNonNull(facts.usage());
        assertThat(usage.inputTokens()).isEqualTo(recording.input());
        assertThat(usage.outputTokens()).isEqualTo(recording.output());
        assertThat(usage.units(UnitClass.CACHED_INPUT)).isEqualTo(Math.max(0, recording.cached()));
        assertThat(usage.units(UnitClass.CACHE_WRITE)
                        + usage.units(UnitClass.CACHE_WRITE_5M)
                        + usage.units(UnitClass.CACHE_WRITE_1H))
                .isEqualTo(Math.max(0, recording.cacheWrite()));
        if (recording.count("cache_write_5m") > 0) {
            assertThat(usage.units(UnitClass.CACHE_WRITE_5M)).isEqualTo(recording.count("cache_write_5m"));
        }
        assertThat(facts.inputUntold()).isFalse();
        assertThat(facts.outputUntold()).isFalse();
        assertThat(facts.usageDoubtful()).isFalse();
        assertThat(facts.malformed()).isZero();
        assertThat(facts.error()).isFalse();
        assertThat(facts.usageReports()).isEqualTo(1);
    }
}
