package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.openai.Recordings.Recording;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

class RecordedAnswersTest {
    private static final Recording NONE = new Recording("none here", true, 0, "", 0, 0, 0, 0, 0, Path.of(""));

    static Stream<Recording> streams() {
        return some(Recordings.chat().stream().filter(Recording::stream));
    }

    static Stream<Recording> wholes() {
        return some(Recordings.chat().stream().filter(r -> !r.stream()));
    }

    private static Stream<Recording> some(Stream<Recording> found) {
        var list = found.toList();
        return list.isEmpty() ? Stream.of(NONE) : list.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void a_recorded_stream_passes_unchanged_and_its_usage_is_read(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(NONE), "no recordings here");
        byte[] body = recording.body();
        Relay relay = Relay.of(Relay.stream(false), body, true, body.length);
        assertThat(relay.bytes()).isEqualTo(body);
        checkUsage(recording, relay.facts());
        assertThat(relay.facts().malformed()).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wholes")
    void a_recorded_whole_answer_passes_unchanged_and_its_usage_is_read(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(NONE), "no recordings here");
        Relay relay = new Relay(new OpenAiDialect().scanner(new AnswerShape(false, false)), false);
        byte[] body = recording.body();
        Relay.of(relay, body, true, body.length);
        assertThat(relay.bytes()).isEqualTo(body);
        checkUsage(recording, relay.facts());
        assertThat(relay.facts().complete()).isEqualTo(recording.status() == 200);
    }

    private static void checkUsage(Recording recording, AnswerFacts facts) {
        if (recording.input() < 0) {
            assertThat(facts.usage()).isNull();
            return;
        }
        Usage usage = Objects.requireNonNull(facts.usage());
        // One vendor reports more from the cache than was in the prompt; a share is cut to its whole.
        long cached = Math.min(Math.max(0, recording.cached()), recording.input());
        assertThat(usage.inputTokens()).isEqualTo(recording.input());
        assertThat(usage.outputTokens()).isEqualTo(recording.output());
        assertThat(usage.units(UnitClass.CACHED_INPUT)).isEqualTo(cached);
        assertThat(usage.units(UnitClass.CACHE_WRITE)).isEqualTo(Math.max(0, recording.cacheWrite()));
        assertThat(facts.reasoningTokens()).isEqualTo(Math.max(0, recording.reasoning()));
    }
}
