package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Recordings;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.Service;
import tollgate.dialect.anthropic.AnthropicDialect;
import tollgate.pricing.Buyer;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/** What the wallet pays for every recorded message: whole, cut after each of its bytes, and at every rate it can meet. */
final class RecordedMessageChargesTest {
    private static final ModelRates RATES = Requests.rates("input=1 output=10");
    private static final WhoPays WHO_PAYS = new WhoPays(HoldSettings.DEFAULTS);
    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");
    private static final long CONTEXT = RATES.limits().context();
    private static final RateBook BOOK = RateBook.builtIn();

    static Stream<Recording> streams() {
        return some(Recordings.messages().stream().filter(Recording::stream).toList());
    }

    static Stream<Recording> all() {
        return some(Recordings.messages().stream()
                .filter(each -> each.status() == 200)
                .toList());
    }

    /** Less those whose server tools read more than a whole context: such requests are refused. */
    private static Stream<Recording> some(List<Recording> all) {
        List<Recording> found =
                all.stream().filter(each -> each.input() <= CONTEXT).toList();
        return found.isEmpty() ? Stream.of(Recording.NONE) : found.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void a_cut_charges_what_was_consumed_and_never_more_than_the_whole(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        AnswerScanner whole = scanner(true);
        whole.scan(Unpooled.wrappedBuffer(body));
        whole.end(true);
        Usage usage = Objects.requireNonNull(whole.facts().usage());
        HoldPlan plan = plan(RATES, usage, MeteredRequest.Conditions.STANDARD);
        Usd exact = RATES.amount(usage, plan.terms(), plan.markup());
        Settlement complete = WHO_PAYS.settle(plan, plan.want(), new Ending.Complete(), Observed.of(whole.facts()));
        assertThat(complete.total()).isEqualTo(exact);
        assertThat(complete.estimated()).isFalse();
        assertThat(new Meter(plan, plan.want()).accrued(whole.facts())).isEqualTo(exact);

        AnswerScanner cut = scanner(true);
        Meter meter = new Meter(plan, plan.want());
        Usd before = Usd.ZERO;
        int step = body.length < 30_000 ? 1 : 3;
        for (int at = 0; at < body.length; at += step) {
            cut.scan(Unpooled.wrappedBuffer(body, at, Math.min(step, body.length - at)));
            Observed observed = Observed.of(cut.facts());
            Settlement settled = WHO_PAYS.settle(plan, plan.want(), new Ending.UpstreamCut(true), observed);
            assertThat(settled.total().nano()).as("cut at %d", at).isBetween(1L, exact.nano());
            assertThat(meter.accrued(cut.facts()))
                    .as("cut at %d", at)
                    .isLessThanOrEqualTo(settled.total().plus(new Usd(1)));
            boolean all = observed.usage() != null && !cut.facts().outputUntold();
            assertThat(settled.estimated()).as("cut at %d", at).isNotEqualTo(all);
            // what is estimated of a prompt before its report may be more than that
            if (body[at] == '\n' && observed.usage() != null) {
                assertThat(settled.total()).as("cut at %d", at).isGreaterThanOrEqualTo(before);
                before = settled.total();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void of_a_killed_process_what_was_told_is_owed_beyond_the_hold_and_what_is_estimated_is_not(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        AnswerScanner whole = scanner(true);
        whole.scan(Unpooled.wrappedBuffer(body));
        whole.end(true);
        HoldPlan plan = plan(RATES, Objects.requireNonNull(whole.facts().usage()), MeteredRequest.Conditions.STANDARD);
        Usd held = new Usd(1);
        Meter meter = new Meter(plan, held);
        AnswerScanner cut = scanner(true);
        int from = 0;
        for (int at = 0; at < body.length; at++) {
            if (body[at] == '\n') {
                cut.scan(Unpooled.wrappedBuffer(body, from, at + 1 - from));
                from = at + 1;
                Usage told = cut.facts().usage();
                Usd owed = told == null ? held : RATES.amount(told, plan.terms(), plan.markup());
                assertThat(meter.owed(cut.facts())).as("cut at %d", at).isEqualTo(owed);
                assertThat(meter.accrued(cut.facts())).as("cut at %d", at).isEqualTo(held);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void a_hold_covers_what_an_answer_comes_to_in_every_cache_tier_and_region(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        AnswerScanner whole = scanner(recording.stream());
        whole.scan(Unpooled.wrappedBuffer(recording.body()));
        whole.end(true);
        Usage told = Objects.requireNonNull(whole.facts().usage());
        for (String model : List.of("claude-haiku-4-5", "claude-sonnet-4-5", "claude-opus-4-6", "claude-fable-5")) {
            ModelRates rates = ((Resolution.Priced) BOOK.resolve(model, NOW)).rates();
            for (UnitClass written : List.of(
                    UnitClass.INPUT, UnitClass.CACHED_INPUT, UnitClass.CACHE_WRITE_5M, UnitClass.CACHE_WRITE_1H)) {
                Usage usage = Usage.builder()
                        .set(written, told.inputTokens())
                        .set(UnitClass.OUTPUT, told.outputTokens())
                        .build();
                for (MeteredRequest.Conditions asked : List.of(
                        new MeteredRequest.Conditions(null, null, "us"),
                        new MeteredRequest.Conditions("fast", "us", null),
                        new MeteredRequest.Conditions("fast", null, "us"))) {
                    HoldPlan plan = plan(rates, usage, asked);
                    for (String region : new String[] {"us", "global", "not_available"}) {
                        Terms terms = Terms.STANDARD.at(NOW).tier(asked.tier()).region(region);
                        assertThat(plan.want())
                                .as("%s %s %s %s", model, written, asked, region)
                                .isGreaterThanOrEqualTo(rates.amount(usage, terms, Markup.NONE));
                    }
                }
            }
        }
    }

    /** A request whose bounds are just what the answer then used. */
    private static HoldPlan plan(ModelRates rates, Usage usage, MeteredRequest.Conditions asked) {
        MeteredRequest like = Requests.request(usage.outputTokens(), 1, usage.inputTokens());
        MeteredRequest request = new MeteredRequest(
                Service.CHAT,
                "model",
                true,
                true,
                usage.outputTokens(),
                1,
                usage.inputTokens(),
                like.images(),
                0,
                0,
                false,
                null,
                asked,
                null,
                Map.of(),
                List.of(),
                like.splicePoints());
        return HoldPlan.of(
                request,
                rates,
                RateBook.of(List.of(rates.card())),
                Terms.STANDARD.at(NOW),
                Buyer.ANYBODY,
                HoldSettings.DEFAULTS);
    }

    private static AnswerScanner scanner(boolean stream) {
        return new AnthropicDialect().scanner(Service.CHAT, new AnswerShape(stream, false, false));
    }
}
