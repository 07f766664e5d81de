package tollgate.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tollgate.dialect.Relay;
import tollgate.pricing.Usage;

/** Random lawful streams, cut anywhere, read as a slow reader of whole bodies reads them. */
class RandomMessagesTest {
    private static final int SEEDS = Integer.getInteger("tollgate.dialect.seeds", 4_000);

    @Test
    void any_stream_in_any_slices_is_read_as_slowly_as_a_tree_reads_it() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            byte[] body = new RandomMessages(seed).stream();
            SlowMessages slow = new SlowMessages(body, Relay.COMMENT);
            check(seed, body, slow, relay(body).scanAll(body.length + 1));
            check(seed, body, slow, relay(body).scanAll(1));
            Relay sliced = relay(body);
            for (int left = body.length; left > 0; ) {
                int length = 1 + random.nextInt(Math.min(left, 40));
                sliced.scan(length);
                left -= length;
            }
            check(seed, body, slow, sliced.end(true));
        }
    }

    private static Relay relay(byte[] body) {
        return Relay.stream(new AnthropicDialect(), body, false).announcing();
    }

    private static void check(long seed, byte[] body, SlowMessages slow, Relay fast) {
        String story = "seed " + seed + ":\n" + new String(body, StandardCharsets.UTF_8);
        assertThat(fast.text()).as(story).isEqualTo(slow.relayed.toString(StandardCharsets.UTF_8));
        assertThat(fast.facts().complete()).as(story).isEqualTo(slow.done);
        assertThat(fast.facts().events()).as(story).isEqualTo(slow.events);
        assertThat(fast.facts().malformed()).as(story).isEqualTo(slow.malformed);
        assertThat(fast.facts().error()).as(story).isEqualTo(slow.error);
        assertThat(fast.facts().usageReports()).as(story).isEqualTo(slow.usageReports);
        if (slow.torn) {
            return;
        }
        assertThat(Objects.requireNonNullElse(fast.facts().model(), ""))
                .as(story)
                .isEqualTo(slow.model);
        assertThat(fast.facts().contentBytes()).as(story).isEqualTo(slow.content);
        assertThat(fast.facts().boundUnits()).as(story).isEqualTo(slow.bound);
        if (slow.usageReports > 0) {
            Usage usage = Objects.requireNonNull(fast.facts().usage());
            assertThat(usage.inputTokens()).as(story).isEqualTo(Math.max(0, slow.input));
            assertThat(usage.outputTokens()).as(story).isEqualTo(slow.output);
            assertThat(fast.facts().inputUntold()).as(story).isEqualTo(slow.input < 0);
        }
    }
}
