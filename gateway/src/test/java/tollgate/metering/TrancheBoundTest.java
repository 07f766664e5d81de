package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Dialect;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Recordings;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.Service;
import tollgate.dialect.anthropic.AnthropicDialect;
import tollgate.dialect.openai.OpenAiDialect;
import tollgate.pricing.Buyer;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.Terms;
import tollgate.pricing.Usd;

/** What is held of a stream tranche by tranche always covers what it has come to. */
class TrancheBoundTest {
    private static final int TRANCHE = 64;
    private static final ModelRates RATES = Requests.rates("input=1 output=2");
    private static final WhoPays WHO_PAYS = new WhoPays(HoldSettings.DEFAULTS);

    /** All recorded streams of the dialects there are that report what they made, and show all of it. */
    static List<Arguments> streams() {
        List<Arguments> all = new ArrayList<>();
        add(all, new OpenAiDialect(), Service.CHAT, Recordings.chat());
        add(all, new OpenAiDialect(), Service.COMPLETIONS, Recordings.in("openai-completions"));
        add(
                all,
                new OpenAiDialect(),
                Service.RESPONSES,
                Recordings.in("openai-responses", "azure-responses", "deepseek-responses", "xai-responses"));
        add(all, new AnthropicDialect(), Service.CHAT, Recordings.messages());
        if (all.isEmpty()) {
            all.add(Arguments.of(new OpenAiDialect(), Service.CHAT, Recording.NONE));
        }
        return all;
    }

    private static void add(List<Arguments> all, Dialect dialect, Service service, List<Recording> recordings) {
        Stream<Recording> shown = recordings.stream()
                .filter(each -> each.stream() && each.wire().equals("raw"))
                .filter(each -> each.output() > 0 && each.reasoning() <= 0 && each.status() == 200)
                // what a hold covers is the context of the model here
                .filter(each -> each.input() <= 100_000);
        shown.forEach(each -> all.add(Arguments.of(dialect, service, each)));
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("streams")
    void no_recorded_stream_comes_to_more_than_is_held_by_then(Dialect dialect, Service service, Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        for (int slice : new int[] {1, 57, 4096, 1 << 20}) {
            HoldPlan plan = plan(request(service, true, 100_000, 4_000));
            Tranches tranches = Objects.requireNonNull(plan.tranches());
            AnswerScanner scanner = dialect.scanner(service, new AnswerShape(true, false, false));
            Usd held = plan.want();
            tranches.holds(held, Long.MAX_VALUE);
            byte[] body = recording.body();
            int at = 0;
            while (at < body.length) {
                long room = tranches.room(scanner.facts());
                if (room <= 0) {
                    held = tranches.hold(tranches.least(scanner.facts()));
                    tranches.holds(held, Long.MAX_VALUE);
                    assertThat(tranches.room(scanner.facts())).isPositive();
                    continue;
                }
                int next = (int) Math.min(Math.min(slice, room), body.length - at);
                scanner.scan(Unpooled.wrappedBuffer(body, at, next));
                at += next;
            }
            scanner.end(true);
            Settlement settled = WHO_PAYS.settle(plan, held, new Ending.Complete(), Observed.of(scanner.facts()));
            assertThat(settled.estimated()).isFalse();
            assertThat(settled.overrun()).as("slices of %d", slice).isEqualTo(Usd.ZERO);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a stream that is all visible,      true,  true,  4000, TRANCHES",
        "no stream,                         false, true,  4000, STRICT",
        "a model that reasons unseen,       true,  false, 4000, STRICT",
        "an answer that fits one tranche,   true,  true,  64,   STRICT",
        "a ceiling of one token more,       true,  true,  65,   TRANCHES",
    })
    void only_what_can_be_watched_is_held_by_tranches(
            String story, boolean stream, boolean visible, long ceiling, HoldMode mode) {
        HoldPlan plan = plan(
                request(Service.CHAT, stream, 1_000, ceiling),
                new ModelRates(Requests.card("model", "input=1 output=2", visible)));
        assertThat(plan.mode()).isEqualTo(mode);
        assertThat(plan.want()).isEqualTo(plan.holdFor(mode == HoldMode.TRANCHES ? TRANCHE : ceiling));
        assertThat(plan.min()).as("affordable").isEqualTo(plan.holdFor(ceiling));
    }

    @Test
    void watching_costs_no_memory_and_little_time() {
        HoldPlan plan = plan(request(Service.CHAT, true, 1_000, 4_000));
        Tranches tranches = Objects.requireNonNull(plan.tranches());
        tranches.holds(plan.min(), Long.MAX_VALUE);
        tranches.holds(plan.holdFor(3_999), Long.MAX_VALUE);
        AnswerScanner scanner = new OpenAiDialect().scanner(Service.CHAT, new AnswerShape(true, false, false));
        ByteBuf event = Unpooled.wrappedBuffer(
                "data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"}}]}\n\n"
                        .getBytes(StandardCharsets.UTF_8));
        long watched = watch(tranches, scanner, event);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        watched += watch(tranches, scanner, event);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(watched).isPositive();
        assertThat(allocated).as("bytes for 20,000 events").isLessThan(20_000);
    }

    private static long watch(Tranches tranches, AnswerScanner scanner, ByteBuf event) {
        long watched = 0;
        for (int i = 0; i < 20_000; i++) {
            scanner.scan(event);
            watched += Math.max(1, tranches.room(scanner.facts()));
            watched += tranches.due(scanner.facts()) ? 1 : 0;
        }
        return watched;
    }

    private static MeteredRequest request(Service service, boolean stream, long textBytes, long ceiling) {
        MeteredRequest like = Requests.request(ceiling, 1, textBytes);
        return new MeteredRequest(
                service,
                like.model(),
                stream,
                false,
                ceiling,
                1,
                textBytes,
                like.images(),
                0,
                0,
                false,
                null,
                like.asked(),
                null,
                Map.of(),
                List.of(),
                like.splicePoints());
    }

    private static HoldPlan plan(MeteredRequest request) {
        return plan(request, RATES);
    }

    private static HoldPlan plan(MeteredRequest request, ModelRates rates) {
        HoldSettings strict = HoldSettings.DEFAULTS;
        HoldSettings settings = new HoldSettings(
                HoldMode.TRANCHES,
                TRANCHE,
                strict.life(),
                strict.maxExchange(),
                strict.minOutputTokens(),
                strict.maxOverrun(),
                null,
                strict.mostOpen());
        return HoldPlan.of(
                request,
                rates,
                RateBook.of(List.of(rates.card())),
                Terms.STANDARD.at(Instant.EPOCH),
                Buyer.ANYBODY,
                settings);
    }
}
