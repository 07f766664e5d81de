package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.Breadth;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Service;
import tollgate.dialect.openai.OpenAiDialect;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/** What the wallet pays for every recorded chat stream: whole, and cut after each of its bytes. */
@Tag("wide")
final class RecordedChargesTest {
    /** Cached tokens cost what others do: an estimate cannot know what was cached. */
    private static final ModelRates RATES = Requests.rates("input=1 output=10");

    private static final WhoPays WHO_PAYS = new WhoPays(HoldSettings.DEFAULTS);
    /**
     * Vendors that put more into a delta than the model made: what its tools answered, the text again, the name of a
     * channel beside each token. There an estimate may pass the report, never the hold.
     */
    private static final Set<String> PADDED = Set.of(
            "groq-model-web-search-tool-stream.sse",
            "tool-use-failed-error-streaming-1.sse",
            "openrouter-stream-error.sse",
            "openrouter-streaming-reasoning.sse",
            "perplexity-text.sse");

    private static final Path NONE = Path.of("no recordings here");

    static Stream<Path> streams() throws IOException {
        String told = System.getenv("TOLLGATE_SHARED");
        Path recordings = Path.of(told != null ? told : "../../shared").resolve("recordings");
        if (!Files.isDirectory(recordings)) {
            return Stream.of(NONE);
        }
        try (Stream<Path> files = Files.walk(recordings)) {
            return files
                    .filter(file -> file.toString().endsWith(".sse"))
                    .filter(RecordedChargesTest::isChat)
                    .filter(RecordedChargesTest::reportsUsage)
                    .toList()
                    .stream();
        }
    }

    private static boolean isChat(Path file) {
        try {
            return Files.readString(file).contains("\"chat.completion.chunk\"");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean reportsUsage(Path file) {
        try {
            AnswerScanner whole = scanner();
            whole.scan(Unpooled.wrappedBuffer(Files.readAllBytes(file)));
            whole.end(true);
            return whole.facts().usage() != null;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void whatever_is_held_the_whole_is_charged_exactly_and_a_cut_never_more(Path file) throws IOException {
        Assumptions.assumeTrue(!file.equals(NONE), "no recordings here");
        byte[] body = Files.readAllBytes(file);
        AnswerScanner whole = scanner();
        whole.scan(Unpooled.wrappedBuffer(body));
        whole.end(true);
        Usage usage = Objects.requireNonNull(whole.facts().usage());
        // the client set no ceiling, and its text is not recorded: four bytes for each token stand for it
        HoldPlan plan = Requests.plan(Requests.request(null, 1, 4 * usage.inputTokens()));
        Usd exact = RATES.amount(usage, plan.terms(), plan.markup());
        for (Usd held : List.of(new Usd(1), Usd.parse("0.0001"), plan.min(), plan.want())) {
            Settlement complete = WHO_PAYS.settle(plan, held, new Ending.Complete(), Observed.of(whole.facts()));
            assertThat(complete.total()).as("of %s held", held).isEqualTo(exact);
            assertThat(complete.overrun()).as("of %s held", held).isEqualTo(above(exact, held));
            assertThat(complete.disputed()).as("of %s held", held).isEqualTo(Usd.ZERO);
            Meter meter = new Meter(plan, held);
            assertThat(meter.accrued(whole.facts())).isEqualTo(least(exact, held));
            assertThat(meter.owed(whole.facts()))
                    .as("what a killed process leaves of %s held", held)
                    .isEqualTo(exact);
            // at every byte of what is usually held; of the rest with TOLLGATE_FULL
            boolean every = held.equals(plan.want()) || Breadth.full();
            cutEvery(every ? 1 : 11, file, body, plan, held, exact);
        }
    }

    private static void cutEvery(int step, Path file, byte[] body, HoldPlan plan, Usd held, Usd exact) {
        AnswerScanner cut = scanner();
        Meter meter = new Meter(plan, held);
        Usd before = Usd.ZERO;
        boolean padded = PADDED.contains(String.valueOf(file.getFileName()));
        for (int from = 0; from < body.length; from += step) {
            int at = Math.min(from + step, body.length) - 1;
            cut.scan(Unpooled.wrappedBuffer(body, from, at + 1 - from));
            Observed observed = Observed.of(cut.facts());
            Settlement settled = WHO_PAYS.settle(plan, held, new Ending.UpstreamCut(true), observed);
            boolean reported = observed.usage() != null && observed.contentBytes() <= observed.contentBytesAtUsage();
            Usd most = observed.usage() == null ? least(padded ? held : exact, held) : padded ? plan.want() : exact;
            assertThat(settled.total().nano())
                    .as("%s held, cut at %d", held, at)
                    .isBetween(1L, most.nano());
            if (observed.usage() == null) {
                assertThat(meter.accrued(cut.facts())).as("cut at %d", at).isEqualTo(settled.total());
                assertThat(meter.owed(cut.facts())).as("cut at %d", at).isEqualTo(settled.total());
            }
            assertThat(settled.estimated()).as("cut at %d", at).isNotEqualTo(reported);
            if (body[at] == '\n' && !padded) {
                assertThat(settled.total()).as("cut at %d", at).isGreaterThanOrEqualTo(before);
                before = settled.total();
            }
        }
    }

    private static Usd least(Usd one, Usd other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Usd above(Usd amount, Usd held) {
        return amount.compareTo(held) > 0 ? amount.minus(held) : Usd.ZERO;
    }

    private static AnswerScanner scanner() {
        return new OpenAiDialect().scanner(Service.CHAT, new AnswerShape(true, false, false));
    }
}
