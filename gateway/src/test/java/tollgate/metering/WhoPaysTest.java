package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.metering.Settlement.Payer;
import tollgate.pricing.RateBook;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

final class WhoPaysTest {
    private static final RateBook BOOK = RateBook.of(List.of(
            Requests.card("model", "input=1 output=10", true), Requests.card("dearer", "input=2 output=20", true)));
    private static final WhoPays WHO_PAYS = new WhoPays(HoldSettings.DEFAULTS);

    /** A prompt of at most 400 tokens, an answer of at most 1,000: 10.4 million nano-dollars held. */
    private static final HoldPlan PLAN = Requests.plan(Requests.request(1_000L, 1, 400), BOOK);

    /**
     * Prompt tokens cost 1,000 nano-dollars, answered ones 10,000. An estimate of the prompt is 100 tokens; of 60 bytes
     * of content in 12 events, 10 tokens.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // story | ending | reported | events | bytes | bytes at report | error | ended | payer | total | cost |
                // estimated
                "complete and reported: what was reported | complete | input=90 output=20 | 9 | 60 | 60 | no | complete | WALLET | 290000 | 290000 | no",
                "complete, a reported zero is zero | complete | input=0 output=0 | 9 | 60 | 60 | no | complete | WALLET | 0 | 0 | no",
                "complete, reported before the last content: still what was reported | complete | input=90 output=20 | 9 | 60 | 30 | no | complete | WALLET | 290000 | 290000 | no",
                "complete, only the input reported: the output estimated | complete | input=90 | 12 | 60 | 60 | no | complete | WALLET | 190000 | 190000 | yes",
                "complete, only the output reported: the input estimated | complete | output=20 | 9 | 60 | 60 | no | complete | WALLET | 300000 | 300000 | yes",
                "complete, only the input reported and nothing said | complete | input=90 | 2 | 0 | 0 | no | complete | WALLET | 90000 | 90000 | yes",
                "cut after half a report: the other half estimated | cut released | input=90 | 12 | 60 | 60 | no | upstream_cut | WALLET | 190000 | 190000 | yes",
                "cut after half a report and more content | cut released | output=20 | 12 | 60 | 30 | no | upstream_cut | WALLET | 340000 | 340000 | yes",
                "half a report, then withheld: the operator, estimated | cut withheld | output=20 | 9 | 60 | 60 | no | upstream_cut | OPERATOR | 0 | 300000 | yes",
                "never forwarded, whatever was held: nothing | not forwarded | - | 0 | 0 | 0 | no | hold_lost | OPERATOR | 0 | 0 | no",
                "complete, usage missing: an estimate | complete | - | 12 | 60 | 0 | no | complete | WALLET | 200000 | 200000 | yes",
                "complete, usage missing and nothing said: the prompt | complete | - | 2 | 0 | 0 | no | complete | WALLET | 100000 | 100000 | yes",
                "200 with no event at all: the operator | complete | - | 0 | 0 | 0 | no | upstream_garbled | OPERATOR | 0 | 100000 | yes",
                "200 of no event, of which bytes left: what they may be | complete | - | 0 | 60 | 0 | no | complete | WALLET | 190000 | 190000 | yes",
                "200 with only an error: nothing | complete | - | 1 | 0 | 0 | yes | upstream_error | OPERATOR | 0 | 0 | no",
                "200 with an error that reports usage: what was reported | complete | input=90 output=0 | 1 | 0 | 0 | yes | upstream_error | WALLET | 90000 | 90000 | no",
                "an error after content: the consumed portion | complete | - | 12 | 60 | 0 | yes | upstream_error | WALLET | 200000 | 200000 | yes",
                "no answer: nothing | failed | - | 0 | 0 | 0 | no | upstream_failed | OPERATOR | 0 | 0 | no",
                "an error status: nothing | refused | - | 0 | 0 | 0 | yes | upstream_refused | OPERATOR | 0 | 0 | no",
                "an error status that reports usage: the operator | refused | input=90 output=0 | 0 | 0 | 0 | yes | upstream_refused | OPERATOR | 0 | 90000 | no",
                "200 of another dialect: the operator | garbled | - | 1 | 0 | 0 | no | upstream_garbled | OPERATOR | 0 | 100000 | yes",
                "whole answer cut while withheld: the operator | cut withheld | - | 1 | 60 | 0 | no | upstream_cut | OPERATOR | 0 | 190000 | yes",
                "cut after its release: the consumed portion | cut released | - | 12 | 60 | 0 | no | upstream_cut | WALLET | 200000 | 200000 | yes",
                "cut after usage was reported: that | cut released | input=90 output=20 | 12 | 60 | 60 | no | upstream_cut | WALLET | 290000 | 290000 | no",
                "cut after a report and more content: both | cut released | input=90 output=20 | 12 | 60 | 30 | no | upstream_cut | WALLET | 330000 | 330000 | yes",
                "client gone before its request was sent: nothing | gone unsent | - | 0 | 0 | 0 | no | client_gone | OPERATOR | 0 | 0 | no",
                "client gone before the first byte: the prompt (H38) | gone sent | - | 0 | 0 | 0 | no | client_gone | WALLET | 100000 | 100000 | yes",
                "client gone before the first byte, drained: what was reported | gone sent | input=90 output=20 | 9 | 60 | 60 | no | client_gone | WALLET | 290000 | 290000 | no",
                "client gone, and the upstream reports an error: nothing | gone sent | - | 1 | 0 | 0 | yes | client_gone | OPERATOR | 0 | 0 | no",
                "client gone later: the consumed portion | gone sent | - | 12 | 60 | 0 | no | client_gone | WALLET | 200000 | 200000 | yes",
                "stopped before a byte left: the operator | stopped withheld | - | 12 | 60 | 0 | no | gateway_stopped | OPERATOR | 0 | 200000 | yes",
                "stopped after bytes left: the consumed portion | stopped released | - | 12 | 60 | 0 | no | gateway_stopped | WALLET | 200000 | 200000 | yes",
                "funds ended: the consumed portion | funds released | - | 12 | 60 | 0 | no | funds_ended | WALLET | 200000 | 200000 | yes",
                "funds ended, a report within the hold: that | funds released | input=90 output=20 | 12 | 60 | 60 | no | funds_ended | WALLET | 290000 | 290000 | no",
                "funds ended, a report beyond the hold: what came | funds released | input=90 output=2000 | 12 | 60 | 60 | no | funds_ended | WALLET | 200000 | 200000 | yes",
                "funds ended before a byte left: the operator | funds withheld | - | 12 | 60 | 0 | no | funds_ended | OPERATOR | 0 | 200000 | yes",
                "an estimate never passes what was held | cut released | - | 12000 | 9000000 | 0 | no | upstream_cut | WALLET | 10400000 | 14497210000 | yes",
                "a report before a cut is owed in full | cut released | input=90 output=2000 | 12 | 60 | 30 | no | upstream_cut | WALLET | 20090000 | 20130000 | yes",
            })
    void who_pays(
            String story,
            String ending,
            String reported,
            int events,
            long bytes,
            long bytesAtUsage,
            String error,
            String ended,
            Payer payer,
            long total,
            long cost,
            String estimated) {
        Usage usage = reported == null ? null : Requests.usage(reported);
        Observed observed = new Observed(
                usage,
                usage != null && !reported.contains("input="),
                usage != null && !reported.contains("output="),
                null,
                null,
                null,
                events,
                bytes,
                bytesAtUsage,
                error.equals("yes"));
        Settlement settled = WHO_PAYS.settle(PLAN, PLAN.want(), ending(ending), observed);
        assertThat(settled.ended().wireName()).isEqualTo(ended);
        assertThat(settled.payer()).isEqualTo(payer);
        assertThat(settled.total()).isEqualTo(new Usd(total));
        assertThat(settled.cost()).isEqualTo(new Usd(cost));
        assertThat(settled.estimated()).isEqualTo(estimated.equals("yes"));
        assertThat(settled.disputed()).isEqualTo(Usd.ZERO);
        if (payer == Payer.OPERATOR) {
            assertThat(settled.usage()).isEqualTo(Usage.NONE);
        }
    }

    private static Ending ending(String text) {
        return switch (text) {
            case "complete" -> new Ending.Complete();
            case "not forwarded" -> new Ending.NotForwarded(Ending.Reason.HOLD_LOST);
            case "failed" -> new Ending.UpstreamFailed();
            case "refused" -> new Ending.UpstreamRefused();
            case "garbled" -> new Ending.UpstreamGarbled();
            case "cut withheld" -> new Ending.UpstreamCut(false);
            case "cut released" -> new Ending.UpstreamCut(true);
            case "gone unsent" -> new Ending.ClientGone(false);
            case "gone sent" -> new Ending.ClientGone(true);
            case "stopped withheld" -> new Ending.Stopped(Ending.Reason.SHUTDOWN, false);
            case "stopped released" -> new Ending.Stopped(Ending.Reason.SHUTDOWN, true);
            case "funds withheld" -> new Ending.Stopped(Ending.Reason.FUNDS_ENDED, false);
            case "funds released" -> new Ending.Stopped(Ending.Reason.FUNDS_ENDED, true);
            default -> throw new IllegalArgumentException(text);
        };
    }

    /** The context is 100,000 tokens, of answers 1.00 USD; the overrun a wallet may have is 10 USD; held is 0.0104. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "within the hold,                     1000,                 10000000,          0,           0",
        "above the hold: in full,             2000,                 20000000,          9600000,     0",
        "up to the limit: in full,            1000000,              10000000000,       9989600000,  0",
        "beyond it: disputed (H39),           1000001,              10000000000,       9989600000,  10000",
        "a billion tokens,                    1000000000,           10000000000,       9989600000,  9990000000000",
        "more than all money,                 9223372036854775807,  10000000000,       9989600000,  8999990000000000",
    })
    void an_absurd_report_is_charged_to_a_limit_and_the_rest_disputed(
            String story, long output, long total, long overrun, long disputed) {
        Usage usage = Usage.builder().set(UnitClass.OUTPUT, output).build();
        Settlement settled = WHO_PAYS.settle(
                PLAN,
                PLAN.want(),
                new Ending.Complete(),
                new Observed(usage, false, false, null, null, null, 9, 60, 60, false));
        assertThat(settled.total()).isEqualTo(new Usd(total));
        assertThat(settled.overrun()).isEqualTo(new Usd(overrun));
        assertThat(settled.disputed()).isEqualTo(new Usd(disputed));
        assertThat(settled.estimated()).isFalse();
    }

    @Test
    void the_model_that_answered_sets_the_price() {
        Observed observed =
                new Observed(Requests.usage("input=1 output=1"), false, false, "dearer", null, null, 9, 6, 6, false);
        Settlement settled = WHO_PAYS.settle(PLAN, PLAN.want(), new Ending.Complete(), observed);
        assertThat(settled.rates().model()).isEqualTo("dearer");
        assertThat(settled.total()).isEqualTo(new Usd(22_000));
    }

    @Test
    void a_class_without_a_price_is_charged_nothing_and_marked() {
        Observed observed = new Observed(
                Requests.usage("input=1 output=1 web_search=2"), false, false, null, null, null, 9, 6, 6, false);
        Settlement settled = WHO_PAYS.settle(PLAN, PLAN.want(), new Ending.Complete(), observed);
        assertThat(settled.total()).isEqualTo(new Usd(11_000));
        assertThat(settled.charge().unpriced()).isTrue();
    }
}
