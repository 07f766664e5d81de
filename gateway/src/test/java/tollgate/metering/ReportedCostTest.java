package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Recordings;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.Service;
import tollgate.dialect.openai.OpenAiDialect;
import tollgate.pricing.Buyer;
import tollgate.pricing.Markup;
import tollgate.pricing.RateBook;
import tollgate.pricing.Terms;
import tollgate.pricing.Usd;

/** Where a provider's own word of what an answer cost goes before our rates. */
class ReportedCostTest {
    private static final WhoPays WHO_PAYS = new WhoPays(HoldSettings.DEFAULTS);

    private static AnswerFacts read(Service service, boolean stream, byte[] body) {
        AnswerScanner scanner = new OpenAiDialect().scanner(service, new AnswerShape(stream, false, false));
        scanner.scan(Unpooled.wrappedBuffer(body));
        scanner.end(true);
        return scanner.facts();
    }

    private static AnswerFacts told(String cost) {
        return read(
                Service.CHAT,
                false,
                ("{\"choices\":[{\"message\":{\"content\":\"said\"}}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":10,"
                                + "\"total_tokens\":110" + cost + "}}")
                        .getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "as OpenRouter has it   | ,\"cost\":0.00031413                                | 0.00031413 | no",
                "with an exponent       | ,\"cost\":1.13e-05                                  | 0.0000113 | no",
                "up to the nano-dollar  | ,\"cost\":1.23456e-08                               | 0.000000013 | no",
                "as xAI has it          | ,\"cost_in_usd_ticks\":6543500                     | 0.00065435 | no",
                "as Perplexity has it   | ,\"cost\":{\"request_cost\":0.005,\"total_cost\":0.00502} | 0.00502 | no",
                "nothing                | ,\"cost\":0                                        | 0 | no",
                "null                   | ,\"cost\":null                                     | -  | no",
                "not said               | ``                                               | -  | no",
                "below zero             | ,\"cost\":-1                                       | -  | yes",
                "absurd                 | ,\"cost\":1e300                                    | -  | yes",
                "too fine               | ,\"cost\":1e-300                                   | -  | yes",
                "no number              | ,\"cost\":\"much\"                                 | -  | yes",
            })
    void what_a_provider_says_that_it_costs(String story, String cost, String expected, String doubtful) {
        AnswerFacts facts = told(cost);
        assertThat(facts.reportedCost()).isEqualTo(expected.equals("-") ? null : Usd.parse(expected));
        assertThat(facts.usageDoubtful()).isEqualTo(doubtful.equals("yes"));
        assertThat(Objects.requireNonNull(facts.usage()).inputTokens()).isEqualTo(100);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "more than the rates come to, 0.001,  0,  0.001",
        "less,                        0.0001, 0,  0.0001",
        "nothing,                     0,      0,  0",
        "with a markup,               0.001,  10, 0.0011",
    })
    void it_is_the_cost_and_the_markup_is_on_it(String story, String cost, String percent, String charge) {
        HoldPlan plan = plan(percent);
        Settlement settled = settle(plan, Observed.of(told(",\"cost\":" + cost), true));
        assertThat(settled.total()).isEqualTo(Usd.parse(charge));
        assertThat(settled.cost()).isEqualTo(Usd.parse(cost));
        assertThat(settled.charge().sum()).isEqualByComparingTo(charge);
        assertThat(settled.charge().charge()).isEqualTo(settled.total());
        assertThat(settled.estimated()).isFalse();
    }

    @Test
    void where_it_is_not_to_be_believed_the_rates_are() {
        Settlement settled = settle(plan("0"), Observed.of(told(",\"cost\":0.9"), false));
        // 100 tokens at one and 10 at ten dollars a million
        assertThat(settled.total()).isEqualTo(Usd.parse("0.0002"));
    }

    @Test
    void where_it_is_not_said_the_rates_are_too() {
        assertThat(settle(plan("0"), Observed.of(told(""), true)).total()).isEqualTo(Usd.parse("0.0002"));
    }

    @Test
    void an_absurd_one_is_disputed_beyond_what_a_wallet_may_overrun() {
        Settlement settled = settle(plan("0"), Observed.of(told(",\"cost\":900000"), true));
        assertThat(settled.total())
                .isLessThanOrEqualTo(
                        HoldSettings.DEFAULTS.maxOverrun().plus(plan("0").want()));
        assertThat(settled.disputed()).isEqualTo(Usd.parse("900000").minus(settled.total()));
    }

    @Test
    void every_recorded_cost_is_charged_as_it_was_reported() {
        List<Recording> recordings = Recordings.in("openrouter", "openrouter-responses", "openrouter-embeddings");
        Assumptions.assumeFalse(recordings.isEmpty(), "no recordings here");
        int compared = 0;
        for (Recording recording : recordings) {
            Usd cost = recording.cost();
            if (cost != null) {
                Service service = recording.file().contains("embeddings")
                        ? Service.EMBEDDINGS
                        : recording.file().contains("responses") ? Service.RESPONSES : Service.CHAT;
                AnswerFacts facts = read(service, recording.stream(), recording.body());
                assertThat(facts.reportedCost()).as(recording.file()).isEqualTo(cost);
                if (!facts.error()) {
                    assertThat(settle(plan("0"), Observed.of(facts, true)).total())
                            .as(recording.file())
                            .isEqualTo(cost);
                }
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(10);
    }

    private static HoldPlan plan(String percent) {
        RateBook book = RateBook.of(List.of(Requests.RATES.card())).withMarkup(Markup.percent(new BigDecimal(percent)));
        return HoldPlan.of(
                Requests.request(4_000L, 1, 10_000),
                Requests.RATES,
                book,
                Terms.STANDARD,
                Buyer.ANYBODY,
                HoldSettings.DEFAULTS);
    }

    private static Settlement settle(HoldPlan plan, Observed observed) {
        return WHO_PAYS.settle(plan, plan.want(), new Ending.Complete(), observed);
    }
}
