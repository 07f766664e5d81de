package tollgate.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.Recordings;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.Relay;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Anthropic's own answers: whole, byte by byte, and cut in two at every place. */
class RecordedMessagesTest {
    private static final AnthropicDialect DIALECT = new AnthropicDialect();

    static Stream<Recording> streams() {
        return some(Recordings.messages().stream().filter(Recording::stream).toList());
    }

    static Stream<Recording> wholes() {
        return some(
                Recordings.messages().stream().filter(each -> !each.stream()).toList());
    }

    private static Stream<Recording> some(List<Recording> found) {
        return found.isEmpty() ? Stream.of(Recording.NONE) : found.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void a_recorded_stream_passes_unchanged_and_its_usage_is_read(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        for (int slice : new int[] {body.length, 1, 7, 1460}) {
            Relay relay = Relay.stream(DIALECT, body, false).scanAll(slice);
            assertThat(relay.bytes()).isEqualTo(body);
            checkUsage(recording, relay.facts());
            assertThat(relay.facts().malformed()).isZero();
            assertThat(relay.facts().complete()).isTrue();
            assertThat(relay.facts().error()).isFalse();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void a_recorded_stream_cut_anywhere_in_two_is_read_as_a_slow_reader_reads_it(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        SlowMessages slow = new SlowMessages(body, Relay.COMMENT);
        byte[] expected = slow.relayed.toByteArray();
        assertThat(expected).hasSize(body.length + Relay.COMMENT.length);
        for (int cut = 0; cut < body.length; cut += step(body, cut)) {
            Relay relay =
                    Relay.stream(DIALECT, body, false).announcing().scan(cut).scanAll(body.length);
            assertThat(relay.bytes()).as("cut at %d", cut).isEqualTo(expected);
            checkUsage(recording, relay.facts());
            assertThat(relay.facts().contentBytes()).isEqualTo(slow.content);
            assertThat(relay.facts().boundUnits()).isEqualTo(slow.bound);
        }
    }

    /** Every place in short bodies and at their ends; around line ends and here and there inside the long ones. */
    private static int step(byte[] body, int at) {
        boolean near = body.length < 20_000 || body.length - at < 600 || at < 600;
        for (int i = Math.max(0, at - 2); i < at + 2 && !near; i++) {
            near = body[i] == '\n';
        }
        int next = at + 2;
        while (next < body.length && body[next] != '\n') {
            next++;
        }
        return near ? 1 : Math.min(97, Math.max(1, next - 1 - at));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wholes")
    void a_recorded_whole_answer_passes_unchanged_and_its_usage_is_read(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        for (int cut = 0; cut < body.length; cut++) {
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

    /** What is billed and shown; thinking may be summarised, and what the provider's tools found is not generated. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void the_bound_is_never_below_what_was_reported(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        AnswerFacts facts =
                Relay.stream(DIALECT, recording.body(), false).scanAll(4096).facts();
        assertThat(facts.boundUnits()).isGreaterThanOrEqualTo(recording.output());
    }

    private static void checkUsage(Recording recording, AnswerFacts facts) {
        if (recording.input() < 0) {
            assertThat(facts.usage()).isNull();
            return;
        }
        Usage usage = Objects.requireNonNull(facts.usage());
        assertThat(usage.inputTokens()).isEqualTo(recording.input());
        assertThat(usage.outputTokens()).isEqualTo(recording.output());
        assertThat(usage.units(UnitClass.CACHED_INPUT)).isEqualTo(Math.max(0, recording.cached()));
        long hour = Math.max(0, recording.count("cache_write_1h"));
        assertThat(usage.units(UnitClass.CACHE_WRITE_1H)).isEqualTo(hour);
        assertThat(usage.units(UnitClass.CACHE_WRITE_5M)).isEqualTo(Math.max(0, recording.cacheWrite()) - hour);
        if (recording.count("searches") >= 0) {
            assertThat(usage.units(UnitClass.WEB_SEARCH)).isEqualTo(recording.count("searches"));
        }
        assertThat(facts.inputUntold()).isFalse();
        assertThat(facts.outputUntold()).isFalse();
        assertThat(facts.model()).startsWith("claude-");
    }
}
