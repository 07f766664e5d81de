package tollgate.dialect.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.Breadth;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Recordings;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.Relay;
import tollgate.dialect.Service;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Google's own answers: whole, byte by byte, and cut in two at every place; streams in both of their forms. */
@Tag("wide")
class RecordedGeminiTest {
    private static final GeminiDialect DIALECT = new GeminiDialect();

    static Stream<Recording> streams() {
        return some(generated().stream().filter(Recording::stream).toList());
    }

    static Stream<Recording> wholes() {
        return some(generated().stream().filter(each -> !each.stream()).toList());
    }

    static Stream<Recording> vectors() {
        return some(Recordings.in("gemini-embeddings"));
    }

    static Stream<Recording> counts() {
        return some(Recordings.in("gemini-count-tokens"));
    }

    private static List<Recording> generated() {
        return Recordings.in("gemini", "gw-gemini", "vertex");
    }

    private static Stream<Recording> some(List<Recording> found) {
        return found.isEmpty() ? Stream.of(Recording.NONE) : found.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void a_recorded_stream_passes_unchanged_without_a_comment_and_its_usage_is_read(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] events = recording.body();
        byte[] array = GeminiSamples.array(events);
        for (int slice : new int[] {events.length, 1, 7, 1460}) {
            for (AnswerShape.Form form : List.of(AnswerShape.Form.EVENTS, AnswerShape.Form.SEQUENCE)) {
                byte[] body = form == AnswerShape.Form.EVENTS ? events : array;
                Relay relay =
                        Relay.of(DIALECT, Service.CHAT, body, form).announcing().scanAll(slice);
                assertThat(relay.bytes()).isEqualTo(body);
                checkUsage(recording, relay.facts());
                assertThat(relay.facts().malformed()).isZero();
                assertThat(relay.facts().events())
                        .isEqualTo(GeminiSamples.data(events).size());
                assertThat(relay.facts().error()).isFalse();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void a_recorded_stream_cut_anywhere_in_two_is_read_as_a_slow_reader_reads_it(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] events = recording.body();
        GeminiSamples slow = new GeminiSamples(events);
        byte[] array = GeminiSamples.array(events);
        for (AnswerShape.Form form : List.of(AnswerShape.Form.EVENTS, AnswerShape.Form.SEQUENCE)) {
            byte[] body = form == AnswerShape.Form.EVENTS ? events : array;
            for (int cut = 0; cut < body.length; cut += step(body, cut)) {
                Relay relay = Relay.of(DIALECT, Service.CHAT, body, form)
                        .announcing()
                        .scan(cut)
                        .scanAll(body.length);
                assertThat(relay.bytes()).as("cut at %d", cut).isEqualTo(body);
                checkUsage(recording, relay.facts());
                assertThat(relay.facts().contentBytes()).as("cut at %d", cut).isEqualTo(slow.content);
                assertThat(relay.facts().boundUnits()).as("cut at %d", cut).isEqualTo(slow.bound);
            }
        }
    }

    /** Every place in short bodies and at ends; beside line ends and here and there inside long ones, more of them in a full run. */
    private static int step(byte[] body, int at) {
        int edge = Breadth.full() ? 2_000 : 150;
        boolean near = body.length < 4 * edge || body.length - at < edge || at < edge;
        for (int i = Math.max(0, at - 1); i < Math.min(body.length, at + 2) && !near; i++) {
            near = body[i] == '\n';
        }
        int next = at + 2;
        while (next < body.length && body[next] != '\n') {
            next++;
        }
        int stride = Math.max(Breadth.full() ? 7 : 97, body.length / 300);
        return near ? 1 : Math.min(stride, Math.max(1, next - 1 - at));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wholes")
    void a_recorded_whole_answer_passes_unchanged_and_its_usage_is_read(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        for (int cut = 0; cut < body.length; cut += step(body, cut)) {
            Relay relay = Relay.whole(DIALECT, body).scan(cut);
            assertThat(relay.bytes()).isEmpty();
            relay.scanAll(body.length);
            assertThat(relay.bytes()).isEqualTo(body);
            checkUsage(recording, relay.facts());
            assertThat(relay.facts().complete()).isEqualTo(recording.status() == 200);
            assertThat(relay.facts().error()).isEqualTo(recording.status() != 200);
        }
        checkUsage(recording, Relay.whole(DIALECT, body).scanAll(1).facts());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void the_bound_is_never_below_what_was_reported_and_visible(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        AnswerFacts facts =
                Relay.stream(DIALECT, recording.body(), false).scanAll(4096).facts();
        assertThat(facts.boundUnits()).isGreaterThanOrEqualTo(recording.output() - Math.max(0, recording.reasoning()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("vectors")
    void vectors_are_metered_by_their_prompt_alone(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        for (int cut = 0; cut < body.length; cut += body.length - cut < 300 || cut < 200 ? 1 : 127) {
            Relay relay = Relay.of(DIALECT, Service.EMBEDDINGS, body, false, false)
                    .scan(cut)
                    .scanAll(body.length);
            assertThat(relay.bytes()).isEqualTo(body);
            assertThat(relay.facts().complete()).isEqualTo(recording.status() == 200);
            Usage usage = relay.facts().usage();
            assertThat(usage == null ? -1 : usage.inputTokens()).isEqualTo(recording.input());
            assertThat(usage == null ? 0 : usage.outputTokens()).isZero();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("counts")
    void counting_tells_no_usage(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        for (int cut = 0; cut < body.length; cut++) {
            Relay relay = Relay.of(DIALECT, Service.COUNT_TOKENS, body, false, false)
                    .scan(cut)
                    .scanAll(body.length);
            assertThat(relay.bytes()).isEqualTo(body);
            assertThat(relay.facts().usage()).isNull();
            assertThat(relay.facts().complete()).isEqualTo(recording.status() == 200);
        }
    }

    private static void checkUsage(Recording recording, AnswerFacts facts) {
        if (recording.input() < 0) {
            assertThat(facts.usage()).isNull();
            return;
        }
        Usage usage = Objects.requireNonNull(facts.usage());
        assertThat(usage.inputTokens()).isEqualTo(recording.input());
        assertThat(usage.outputTokens()).isEqualTo(recording.output());
        assertThat(facts.reasoningTokens()).isEqualTo(Math.max(0, recording.reasoning()));
        assertThat(usage.units(UnitClass.CACHED_INPUT) + usage.units(UnitClass.CACHED_AUDIO_INPUT))
                .isEqualTo(Math.max(0, recording.cached()));
        assertThat(usage.units(UnitClass.IMAGE_OUTPUT)).isEqualTo(Math.max(0, recording.count("image_out")));
        assertThat(usage.units(UnitClass.AUDIO_OUTPUT)).isEqualTo(Math.max(0, recording.count("audio_out")));
        if (recording.cached() <= 0) {
            assertThat(usage.units(UnitClass.AUDIO_INPUT)).isEqualTo(Math.max(0, recording.count("audio_in")));
            assertThat(usage.units(UnitClass.IMAGE_INPUT)).isEqualTo(Math.max(0, recording.count("image_in")));
        }
        assertThat(facts.inputUntold()).isFalse();
        assertThat(facts.outputUntold()).isFalse();
        assertThat(facts.usageDoubtful()).isFalse();
        assertThat(facts.model()).startsWith("gemini-");
    }
}
