package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

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

class RecordedAnswersTest {
    private static final boolean WIDE = Boolean.getBoolean("tollgate.wide");
    private static final Recording NONE = Recording.NONE;

    static Stream<Recording> streams() {
        return some(Recordings.chat().stream().filter(Recording::stream));
    }

    /** Fixtures are shortened: fewer events than their usage counts. */
    static Stream<Recording> countedStreams() {
        return some(
                Recordings.chat().stream().filter(r -> r.stream() && r.wire().equals("raw") && r.output() >= 0));
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
        for (int slice : new int[] {body.length, 1, 7, 1460}) {
            Relay relay = Relay.stream(new OpenAiDialect(), body, false).scanAll(slice);
            assertThat(relay.bytes()).isEqualTo(body);
            checkUsage(recording, relay.facts());
            assertThat(relay.facts().malformed()).isZero();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void a_recorded_stream_cut_anywhere_in_two_is_read_as_a_slow_reader_reads_it(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(NONE), "no recordings here");
        byte[] body = recording.body();
        SlowChat slow = new SlowChat(body, true, Relay.COMMENT);
        byte[] expected = slow.relayed.toByteArray();
        for (int cut = 0; cut < body.length; cut += step(body, cut)) {
            Relay relay = Relay.stream(new OpenAiDialect(), body, true)
                    .announcing()
                    .scan(cut)
                    .scanAll(body.length);
            assertThat(relay.bytes()).as("cut at %d", cut).isEqualTo(expected);
            checkUsage(recording, relay.facts());
            assertThat(relay.facts().contentBytes()).isEqualTo(slow.content);
            assertThat(relay.facts().boundUnits()).isEqualTo(slow.bound);
        }
    }

    /** Every place in short bodies and at their ends; around line ends and here and there inside the long ones. */
    private static int step(byte[] body, int at) {
        boolean near = body.length < 9_000 || body.length - at < 600 || at < 600 || WIDE;
        for (int i = Math.max(0, at - 2); i < at + 2 && !near; i++) {
            near = body[i] == '\n';
        }
        return near ? 1 : Math.min(97, toLineEnd(body, at));
    }

    private static int toLineEnd(byte[] body, int at) {
        int i = at + 2;
        while (i < body.length && body[i] != '\n') {
            i++;
        }
        return Math.max(1, i - 1 - at);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wholes")
    void a_recorded_whole_answer_passes_unchanged_and_its_usage_is_read(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(NONE), "no recordings here");
        byte[] body = recording.body();
        for (int cut = 0; cut < body.length; cut++) {
            Relay relay = Relay.whole(new OpenAiDialect(), body).scan(cut);
            assertThat(relay.bytes()).isEmpty();
            relay.scanAll(body.length);
            assertThat(relay.bytes()).isEqualTo(body);
            checkUsage(recording, relay.facts());
            assertThat(relay.facts().complete()).isEqualTo(recording.status() == 200);
        }
        checkUsage(recording, Relay.whole(new OpenAiDialect(), body).scanAll(1).facts());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("countedStreams")
    void the_bound_is_never_below_what_was_reported_and_visible(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(NONE), "no recordings here");
        Relay relay = Relay.stream(new OpenAiDialect(), recording.body(), false).scanAll(4096);
        long hidden = Math.max(0, recording.reasoning());
        // one choice each, framed
        assertThat(relay.facts().boundUnits() + 16).isGreaterThanOrEqualTo(recording.output() - hidden);
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
