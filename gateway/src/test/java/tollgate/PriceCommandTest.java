package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands about prices, as a person or a script runs them. */
final class PriceCommandTest {
    private static final String CARD = """
            provider: openai
            source: https://example.com/pricing
            seen: 2026-08-01
            models:
              - model: big
                usd_per_million: { input: "2.50", cached_input: "1.25", output: "10.00" }
                usd_per_thousand: { web_search: "10.00" }
                service_tiers:
                  batch: { multiply: "0.5" }
                  priority: { usd_per_million: { input: "5.00", output: "20.00" } }
                region_multipliers: { eu: "1.1" }
                long_context: [{ above_prompt_tokens: 1000, usd_per_million: { input: "5.00", output: "15.00" } }]
              - model: thinker
                usd_per_million: { input: "1.00", cached_input: "0.1", cache_write: "1.25", cache_write_1h: "2.00", output: "5.00", reasoning_output: "8.00" }
                usd_each: { web_search: "0.01" }
              - model: painter
                service: image
                usd_each: { image: "0.040" }
                variants:
                  - { when: { size: 1024x1024, quality: hd }, usd_each: { image: "0.080" } }
              - model: speaker
                service: speech
                usd_per_million: { character: "15.00" }
              - model: listener
                service: transcription
                usd_per_minute: { audio_second: "0.006" }
              - model: summer
                effective_from: 2027-06-01
                usd_per_million: { input: "1", output: "1" }
            """;

    @TempDir
    private Path folder;

    private Path card = Path.of("unset");
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeCard() throws Exception {
        card = Files.writeString(folder.resolve("own.yaml"), CARD);
    }

    private int run(String... args) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(args);
    }

    private int charge(String model, String usage, String... more) throws Exception {
        Path file = Files.writeString(folder.resolve("usage.json"), usage);
        List<String> args = new ArrayList<>(
                List.of("price", "charge", "--dialect", "openai", "--rates", card.toString(), "--model", model));
        args.addAll(List.of("--usage", file.toString()));
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }

    private JsonNode answer() {
        return JsonMapper.builder().build().readTree(out.toString());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "chat | big | {'prompt_tokens':900,'completion_tokens':100} | | 0.00325",
                "chat, cached | big | {'prompt_tokens':900,'prompt_tokens_details':{'cached_tokens':400},'completion_tokens':100} | | 0.00275",
                "chat, a long prompt moves whole | big | {'prompt_tokens':1001,'completion_tokens':100} | | 0.006505",
                "a batch | big | {'prompt_tokens':900,'completion_tokens':100} | --tier batch | 0.001625",
                "priority | big | {'prompt_tokens':900,'completion_tokens':100} | --tier priority | 0.0065",
                "the tier of the answer | big | {'usage':{'prompt_tokens':900,'completion_tokens':100},'service_tier':'priority'} | | 0.0065",
                "a region | big | {'prompt_tokens':900,'completion_tokens':100} | --region eu | 0.003575",
                "a search fee is not uplifted | big | {'input_tokens':1,'output_tokens':0,'tool_usage':{'web_search':{'num_requests':2}}} | --region eu | 0.02000275",
                "responses | big | {'input_tokens':900,'input_tokens_details':{'cached_tokens':0},'output_tokens':100,'output_tokens_details':{'reasoning_tokens':50}} | | 0.00325",
                "reasoning apart | thinker | {'prompt_tokens':100,'completion_tokens':100,'completion_tokens_details':{'reasoning_tokens':60}} | | 0.00078",
                "anthropic | thinker | {'input_tokens':10,'cache_read_input_tokens':100,'cache_creation_input_tokens':30,'cache_creation':{'ephemeral_5m_input_tokens':10,'ephemeral_1h_input_tokens':15},'output_tokens':20,'server_tool_use':{'web_search_requests':1}} | | 0.01016875",
                "gemini | thinker | {'promptTokenCount':100,'cachedContentTokenCount':40,'candidatesTokenCount':10,'thoughtsTokenCount':5,'totalTokenCount':115} | | 0.000154",
                "bedrock | thinker | {'inputTokens':10,'cacheReadInputTokens':100,'cacheWriteInputTokens':30,'outputTokens':20,'totalTokens':160} | | 0.0001575",
                "ollama | thinker | {'prompt_eval_count':100,'eval_count':10} | | 0.00015",
                "pictures | painter | {'n':2,'size':'1024x1024','quality':'hd'} | | 0.16",
                "pictures of another size | painter | {'n':2,'size':'512x512'} | | 0.08",
                "speech | speaker | {'input_characters':1000} | | 0.015",
                "sound | listener | {'type':'duration','seconds':36.71} | | 0.003671",
            })
    void a_usage_object_comes_to(String story, String model, String usage, String options, String charge)
            throws Exception {
        int code = charge(model, usage.replace('\'', '"'), options == null ? new String[0] : options.split(" "));
        assertThat(err.toString()).as(story).isEmpty();
        assertThat(code).isZero();
        JsonNode answer = answer();
        assertThat(answer.path("charge").stringValue()).isEqualTo(charge);
        BigDecimal sum = BigDecimal.ZERO;
        for (JsonNode line : answer.path("lines")) {
            sum = sum.add(new BigDecimal(line.path("subtotal").stringValue()));
            assertThat(line.path("source").stringValue()).isEqualTo("https://example.com/pricing");
        }
        for (JsonNode adjustment : answer.path("adjustments")) {
            sum = sum.add(new BigDecimal(adjustment.path("usd").stringValue()));
        }
        assertThat(sum).isEqualByComparingTo(charge);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "an unknown model | bigg | {'prompt_tokens':1} | 1 | no rate is known for the model 'bigg'; did you mean 'big'?",
                "a model of another day | summer | {'prompt_tokens':1} | 1 | no rate is known for the model 'summer' on that day; its rates apply from 2027-06-01T00:00:00Z",
                "a negative count | big | {'prompt_tokens':-1} | 1 | prompt_tokens: -1 (expected: 0..1000000000000000)",
                "no number | big | {'prompt_tokens':{}} | 1 | prompt_tokens: {} (expected: a number)",
                "NaN | big | {'prompt_tokens':NaN} | 1 | usage: not JSON",
                "an absurd count | big | {'prompt_tokens':1e18} | 1 | prompt_tokens: 1000000000000000000 (expected: 0..",
                "an exponent bomb | big | {'prompt_tokens':1e999999999} | 1 | (expected: a number)",
                "twice the same | big | {'prompt_tokens':1,'prompt_tokens':2} | 1 | usage: not JSON",
                "no object | big | [1] | 1 | expected: a JSON object",
                "nothing known | big | {'tokens':1} | 1 | expected: those of a provider's usage object",
            })
    void what_cannot_be_charged_is_refused_with_the_reason(
            String story, String model, String usage, int code, String message) throws Exception {
        assertThat(charge(model, usage.replace('\'', '"'))).as(story).isEqualTo(code);
        assertThat(err.toString()).startsWith("tollgate: ").contains(message);
        assertThat(err.toString().strip().lines()).hasSize(1);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void wrong_usage_is_another_exit_code() throws Exception {
        assertThat(run("price")).isEqualTo(2);
        assertThat(run("price", "charge", "--model", "big")).isEqualTo(2);
        assertThat(charge("big", "{}", "--at", "yesterday")).isEqualTo(2);
        assertThat(run("price", "charge", "--dialect", "klingon", "--model", "m", "--usage", "f"))
                .isEqualTo(2);
    }

    @Test
    void an_unpriced_class_is_listed_and_charged_nothing() throws Exception {
        assertThat(charge("speaker", "{\"prompt_tokens\":5}", "--json")).isZero();
        assertThat(answer().path("charge").stringValue()).isEqualTo("0.00");
        assertThat(answer().path("lines").get(0).path("unpriced").booleanValue())
                .isTrue();
    }

    @Test
    void a_model_is_shown_with_its_tiers_and_where_they_are_from() {
        assertThat(run("price", "show", "big", "--rates", card.toString(), "--json"))
                .isZero();
        JsonNode shown = answer();
        assertThat(shown.path("rates").get(0).path("price").stringValue()).isEqualTo("2.5");
        assertThat(shown.path("service_tiers")
                        .path("batch")
                        .get(0)
                        .path("price")
                        .stringValue())
                .isEqualTo("1.25");
        assertThat(shown.path("long_context").get(0).path("above_prompt_tokens").longValue())
                .isEqualTo(1000);
        assertThat(run("price", "show", "--rates", card.toString())).isZero();
        assertThat(run("price", "show", "big", "--rates", card.toString())).isZero();
        assertThat(out.toString()).contains("thinker  openai chat").contains("input 2.5 usd_per_million");
    }

    @Test
    void requests_are_predicted_and_past_usage_is_reckoned_under_another_model() throws Exception {
        Path requests = Files.writeString(folder.resolve("requests.jsonl"), """
                {"model":"big","messages":[{"role":"user","content":"%s"}],"max_tokens":100}

                {"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"big","messages":[],"max_tokens":100}}
                {"model":"painter","prompt":"a cat","n":3,"size":"1024x1024","quality":"hd"}
                {"model":"speaker","input":"twelve chars","voice":"alloy"}
                """.formatted("word ".repeat(400)));
        assertThat(run("price", "estimate", requests.toString(), "--rates", card.toString()))
                .isZero();
        JsonNode answer = answer();
        assertThat(answer.path("requests").longValue()).isEqualTo(4);
        assertThat(answer.path("models").path("painter").path("expected").stringValue())
                .isEqualTo("0.24");
        assertThat(answer.path("models").path("speaker").path("max").stringValue())
                .isEqualTo("0.00018");
        BigDecimal min = new BigDecimal(answer.path("min").stringValue());
        BigDecimal expected = new BigDecimal(answer.path("expected").stringValue());
        BigDecimal max = new BigDecimal(answer.path("max").stringValue());
        assertThat(min).isLessThan(expected);
        assertThat(expected).isLessThan(max);

        out.getBuffer().setLength(0);
        Path past = Files.writeString(folder.resolve("past.jsonl"), """
                {"model":"gpt-4o","usage":{"prompt_tokens":900,"completion_tokens":100}}
                {"prompt_tokens":900,"completion_tokens":100}
                """);
        assertThat(run("price", "estimate", past.toString(), "--rates", card.toString(), "--model", "big"))
                .isZero();
        assertThat(answer().path("expected").stringValue()).isEqualTo("0.0065");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'model':'big','usage':{'prompt_tokens':1,'prompt_tokens':2}} | Duplicate",
                "{'model':'big','usage':{'prompt_tokens':1e18}} | prompt_tokens: 1000000000000000000 (expected: 0..",
                "{'model':'big','usage':{'prompt_tokens':-1}} | prompt_tokens: -1 (expected: 0..",
                "{'model':'big','messages':[],'max_tokens':-5} | max_tokens: -5 (expected: 0..1000000000)",
                "{'model':'big','messages':[],'max_tokens':1e999999999} | max_tokens: 1E+999999999 (expected: 0..1000000000)",
                "{'model':'big','messages':[],'n':1000000001} | n: 1000000001 (expected: 0..1000000000)",
                "{'model':'big','messages':[],'max_tokens':NaN} | NaN",
                "[1] | expected a JSON object",
            })
    void a_line_that_cannot_be_is_refused_by_its_number(String line, String message) throws Exception {
        Path file = Files.writeString(
                folder.resolve("r.jsonl"),
                "\uFEFF{\"model\":\"big\",\"messages\":[]}\r\n" + line.replace('\'', '"') + "\r\n");
        assertThat(run("price", "estimate", file.toString(), "--rates", card.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).startsWith("tollgate: " + file + " line 2: ").contains(message);
        assertThat(err.toString().strip().lines()).hasSize(1);
    }

    @Test
    void a_usage_file_that_is_not_there_is_said_to_be() {
        assertThat(run("price", "charge", "--model", "gpt-4o", "--usage", "none.json"))
                .isEqualTo(1);
        assertThat(err.toString().strip()).isEqualTo("tollgate: none.json: no such file");
    }

    @Test
    void what_has_no_rate_is_named_and_in_no_sum() throws Exception {
        Path lines = Files.writeString(folder.resolve("lines.jsonl"), """
                {"model":"big","prompt":"a cat","n":3,"size":"1024x1024"}
                {"model":"speaker","usage":{"prompt_tokens":5,"completion_tokens":1}}
                """);
        assertThat(run("price", "estimate", lines.toString(), "--rates", card.toString()))
                .isZero();
        assertThat(answer().path("unpriced").toString())
                .isEqualTo("[\"big: image\",\"speaker: input\",\"speaker: output\"]");
        assertThat(err.toString().lines())
                .containsExactly(
                        "tollgate: big: image has no rate and is in no sum",
                        "tollgate: speaker: input has no rate and is in no sum",
                        "tollgate: speaker: output has no rate and is in no sum");
    }

    @Test
    void a_file_or_the_past_is_estimated_and_not_both() {
        assertThat(run("price", "estimate")).isEqualTo(2);
        assertThat(run("price", "estimate", "r.jsonl", "--past")).isEqualTo(2);
        assertThat(run("price", "estimate", "r.jsonl", "--since", "2026-11-01")).isEqualTo(2);
        assertThat(err.toString()).contains("--since: given (expected: with --past)");
        assertThat(run("price", "estimate", folder.resolve("none.jsonl").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("none.jsonl: no such file");
    }

    @Test
    void a_line_that_cannot_be_predicted_is_named() throws Exception {
        Path file = Files.writeString(folder.resolve("r.jsonl"), "{\"prompt_tokens\":1}\n");
        assertThat(run("price", "estimate", file.toString(), "--rates", card.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("r.jsonl line 1: no model (expected: a field 'model', or --model)");
    }

    @Test
    void figures_are_shown_in_another_currency_exactly_and_with_the_rate_of_the_day() throws Exception {
        Path fx = Files.writeString(folder.resolve("fx.yaml"), """
                source: the bank
                rates:
                  - { currency: EUR, per_usd: "0.5", day: 2026-01-01 }
                  - { currency: EUR, per_usd: "0.8605", day: 2026-08-01 }
                  - { currency: EUR, per_usd: "0.9", day: 2026-08-03, source: another }
                """);
        String usage = "{\"prompt_tokens\": 100, \"completion_tokens\": 10}";
        String[] more = {"--json", "--at", "2026-08-02", "--fx", fx.toString(), "--currency", "EUR"};
        assertThat(charge("big", usage, more)).as(err::toString).isZero();
        JsonNode answer = JsonMapper.shared().readTree(out.toString());
        assertThat(answer.path("charge").asString()).isEqualTo("0.00035");
        assertThat(answer.path("converted").toString())
                .isEqualTo(
                        "{\"currency\":\"EUR\",\"per_usd\":\"0.8605\",\"day\":\"2026-08-01\",\"source\":\"the bank\","
                                + "\"charge\":\"0.000301175\",\"cost\":\"0.000301175\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "- { currency: EUR, per_usd: \"0.9\", day: 2026-08-03 }       | EUR | no rate of exchange for EUR on 2026-08-02",
                "- { currency: EUR, per_usd: \"0.9\", day: 2026-08-01 }       | GBP | no rate of exchange for GBP",
                "- { currency: XYZ, per_usd: \"0.9\", day: 2026-08-01 }       | EUR | fx.yaml:3: currency: 'XYZ' (expected: one of ISO 4217",
                "- { currency: EUR, per_usd: \"0\", day: 2026-08-01 }         | EUR | above 0",
                "- { currency: EUR, per_usd: NaN, day: 2026-08-01 }           | EUR | fx.yaml:3: per_usd: 'NaN'",
                "- { currency: EUR, per_usd: \"9e-1\", day: 2026-08-01 }      | EUR | fx.yaml:3: per_usd: '9e-1'",
                "- { currency: EUR, per_usd: \"0.9\", day: 2026-02-30 }       | EUR | fx.yaml:3: day: '2026-02-30'",
                "- { currency: EUR, per_dollar: \"0.9\", day: 2026-08-01 }    | EUR | unknown field 'per_dollar'",
                "[]                                                          | EUR | no rates (expected: at least one)",
            })
    void what_makes_no_sense_of_a_table_of_exchange_is_named(String rates, String currency, String complaint)
            throws Exception {
        Path fx = Files.writeString(folder.resolve("fx.yaml"), "source: the bank\nrates:\n  " + rates + "\n");
        String usage = "{\"prompt_tokens\": 100, \"completion_tokens\": 10}";
        String[] more = {"--at", "2026-08-02", "--fx", fx.toString(), "--currency", currency};
        assertThat(charge("big", usage, more)).isNotZero();
        assertThat(err.toString()).contains(complaint);
    }

    @Test
    void a_currency_without_its_rates_is_refused() throws Exception {
        String usage = "{\"prompt_tokens\": 100, \"completion_tokens\": 10}";
        assertThat(charge("big", usage, "--currency", "EUR")).isNotZero();
        assertThat(err.toString()).contains("--fx");
    }
}
