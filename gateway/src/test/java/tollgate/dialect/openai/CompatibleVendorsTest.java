package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Service;

/**
 * What those who speak OpenAI's language say differently about usage, each recognised by its answer alone, as behind any
 * upstream of {@code dialect: openai}; cut in two at every byte. Their recordings are read by {@link RecordedAnswersTest};
 * these rows are of whom there is none (Together, vLLM, LM Studio, llama.cpp), and name each quirk of the others.
 */
class CompatibleVendorsTest {
    private static final String TEXT = "{'model':'m','choices':[{'index':0,'delta':{'content':'hi'}}]}";
    private static final String STOP = "'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]";
    private static final String NONE = "'choices':[]";
    private static final String MADE = "'choices':[{'index':0,'message':{'role':'assistant','content':'hi'}}]";

    /** Vendor and quirk; events or one document; usage as classes; reasoning; what it says that it cost; doubtful. */
    static Stream<Arguments> answers() {
        return Stream.of(
                row(
                        "Mistral: sound outside of the prompt",
                        MADE
                                + ",'usage':{'prompt_tokens':9,'total_tokens':585,'completion_tokens':201,'prompt_tokens_details':{'audio_tokens':375}}",
                        "input=9, cached_input=0, output=201, audio_input=375",
                        0,
                        null,
                        false),
                row(
                        "Mistral: cached tokens at the top",
                        MADE
                                + ",'usage':{'prompt_tokens':90,'total_tokens':100,'completion_tokens':10,'num_cached_tokens':64}",
                        "input=26, cached_input=64, output=10",
                        0,
                        null,
                        false),
                row(
                        "Mistral: usage beside the last choice, unasked",
                        TEXT + "|" + "{" + STOP
                                + ",'usage':{'prompt_tokens':5,'total_tokens':8,'completion_tokens':3}}|[DONE]",
                        "input=5, cached_input=0, output=3",
                        0,
                        null,
                        false),
                row(
                        "DeepSeek: hits and misses",
                        TEXT + "|{" + STOP
                                + ",'usage':{'prompt_tokens':100,'completion_tokens':9,'total_tokens':109,'prompt_cache_hit_tokens':64,"
                                + "'prompt_cache_miss_tokens':36,'completion_tokens_details':{'reasoning_tokens':4}}}|[DONE]",
                        "input=36, cached_input=64, output=9",
                        4,
                        null,
                        false),
                row(
                        "DeepSeek: both places for cached tokens count once",
                        MADE
                                + ",'usage':{'prompt_tokens':100,'completion_tokens':9,'total_tokens':109,'prompt_cache_hit_tokens':64,"
                                + "'prompt_cache_miss_tokens':36,'prompt_tokens_details':{'cached_tokens':64}}",
                        "input=36, cached_input=64, output=9",
                        0,
                        null,
                        false),
                row(
                        "Groq: in x_groq alone",
                        TEXT + "|{" + STOP
                                + ",'x_groq':{'id':'req_1','usage':{'prompt_tokens':18,'prompt_time':0.0004,'completion_tokens':7,'total_tokens':25,'queue_time':0.09}}}|[DONE]",
                        "input=18, cached_input=0, output=7",
                        0,
                        null,
                        false),
                row(
                        "Groq: in both places, once",
                        TEXT + "|{" + NONE
                                + ",'usage':{'prompt_tokens':18,'completion_tokens':7,'total_tokens':25},"
                                + "'x_groq':{'id':'req_1','usage':{'prompt_tokens':18,'completion_tokens':7,'total_tokens':25}}}|[DONE]",
                        "input=18, cached_input=0, output=7",
                        0,
                        null,
                        false),
                row(
                        "xAI: reasoning outside of the completion, cost in ticks",
                        MADE
                                + ",'usage':{'prompt_tokens':12,'completion_tokens':2,'total_tokens':354,'completion_tokens_details':{'reasoning_tokens':340},"
                                + "'num_sources_used':0,'cost_in_usd_ticks':1234567}",
                        "input=12, cached_input=0, output=342",
                        340,
                        "0.000123457",
                        false),
                row(
                        "Together: a total of what it is, no details",
                        MADE
                                + ",'usage':{'prompt_tokens':24,'completion_tokens':110,'total_tokens':134,'cached_tokens':0}",
                        "input=24, cached_input=0, output=110",
                        0,
                        null,
                        false),
                row(
                        "Together: usage beside the last choice",
                        TEXT + "|{" + STOP
                                + ",'usage':{'prompt_tokens':24,'completion_tokens':1,'total_tokens':25,'cached_tokens':8}}|[DONE]",
                        "input=16, cached_input=8, output=1",
                        0,
                        null,
                        false),
                row(
                        "Perplexity: cumulative on every event",
                        "{'choices':[{'index':0,'delta':{'content':'h'}}],'usage':{'prompt_tokens':8,'completion_tokens':1,'total_tokens':9}}"
                                + "|{" + STOP
                                + ",'usage':{'prompt_tokens':8,'completion_tokens':2,'total_tokens':10,'search_context_size':'low',"
                                + "'cost':{'input_tokens_cost':1e-05,'output_tokens_cost':2e-06,'request_cost':0.005,'total_cost':0.005012}}}|[DONE]",
                        "input=8, cached_input=0, output=2",
                        0,
                        "0.005012",
                        false),
                row(
                        "Moonshot: inside the choice, cached at the top",
                        TEXT
                                + "|{'choices':[{'index':0,'delta':{},'finish_reason':'stop','usage':{'prompt_tokens':30,'completion_tokens':4,'total_tokens':34,'cached_tokens':20}}]}|[DONE]",
                        "input=10, cached_input=20, output=4",
                        0,
                        null,
                        false),
                row(
                        "Alibaba: like OpenAI",
                        TEXT + "|{" + NONE
                                + ",'usage':{'prompt_tokens':24,'completion_tokens':1668,'total_tokens':1692,'completion_tokens_details':{'reasoning_tokens':1353},'prompt_tokens_details':{'cached_tokens':8}}}|[DONE]",
                        "input=16, cached_input=8, output=1668",
                        1353,
                        null,
                        false),
                row(
                        "Cerebras: times beside it",
                        TEXT + "|{" + STOP
                                + ",'usage':{'prompt_tokens':20,'completion_tokens':5,'total_tokens':25,'prompt_tokens_details':null,'completion_tokens_details':null},"
                                + "'time_info':{'queue_time':0.0001,'prompt_time':0.002,'completion_time':0.01,'total_time':0.02,'created':1}}|[DONE]",
                        "input=20, cached_input=0, output=5",
                        0,
                        null,
                        false),
                row(
                        "OpenRouter: comments, and what it costs",
                        ": OPENROUTER PROCESSING|" + TEXT + "|{" + STOP
                                + ",'usage':{'prompt_tokens':14,'completion_tokens':16,'total_tokens':30,'cost':0.00014,'is_byok':false,"
                                + "'cost_details':{'upstream_inference_cost':null},'prompt_tokens_details':{'cached_tokens':0},'completion_tokens_details':{'reasoning_tokens':0}}}|[DONE]",
                        "input=14, cached_input=0, output=16",
                        0,
                        "0.00014",
                        false),
                row(
                        "OpenRouter: with the caller's own key the cost is a fee, and not told",
                        MADE
                                + ",'usage':{'prompt_tokens':14,'completion_tokens':16,'total_tokens':30,'cost':0.000007,'is_byok':true}",
                        "input=14, cached_input=0, output=16",
                        0,
                        null,
                        false),
                row(
                        "OpenRouter: an error and usage in one",
                        TEXT + "|{'error':{'code':502,'message':'x'}," + STOP
                                + ",'usage':{'prompt_tokens':14,'completion_tokens':10,'total_tokens':24,'completion_tokens_details':{'reasoning_tokens':11}}}|[DONE]",
                        "input=14, cached_input=0, output=10",
                        11,
                        null,
                        false),
                row(
                        "vLLM: continuous_usage_stats, a running count on every event",
                        "{'choices':[{'index':0,'delta':{'role':'assistant','content':''}}],'usage':{'prompt_tokens':11,'total_tokens':11,'completion_tokens':0}}"
                                + "|{'choices':[{'index':0,'delta':{'content':'hi'}}],'usage':{'prompt_tokens':11,'total_tokens':12,'completion_tokens':1}}"
                                + "|{" + STOP + ",'usage':{'prompt_tokens':11,'total_tokens':14,'completion_tokens':3}}"
                                + "|{" + NONE
                                + ",'usage':{'prompt_tokens':11,'total_tokens':14,'completion_tokens':3}}|[DONE]",
                        "input=11, cached_input=0, output=3",
                        0,
                        null,
                        false),
                row(
                        "vLLM: details that are null",
                        MADE
                                + ",'usage':{'prompt_tokens':11,'total_tokens':14,'completion_tokens':3,'prompt_tokens_details':null},'prompt_logprobs':null,'kv_transfer_params':null",
                        "input=11, cached_input=0, output=3",
                        0,
                        null,
                        false),
                row(
                        "vLLM: cached tokens where they are turned on",
                        MADE
                                + ",'usage':{'prompt_tokens':11,'total_tokens':14,'completion_tokens':3,'prompt_tokens_details':{'cached_tokens':8}}",
                        "input=3, cached_input=8, output=3",
                        0,
                        null,
                        false),
                row(
                        "LM Studio: stats and its model beside it",
                        MADE
                                + ",'usage':{'prompt_tokens':24,'completion_tokens':53,'total_tokens':77},'stats':{'tokens_per_second':51.4,'time_to_first_token':0.1,'generation_time':0.9,'stop_reason':'eosFound'},"
                                + "'model_info':{'arch':'granite','quant':'Q4_K_M'},'runtime':{'name':'llama.cpp'}",
                        "input=24, cached_input=0, output=53",
                        0,
                        null,
                        false),
                row(
                        "llama.cpp: timings on every event, which are no usage",
                        "{'choices':[{'index':0,'delta':{'content':'hi'}}],'timings':{'cache_n':0,'prompt_n':99,'predicted_n':1}}|{"
                                + STOP
                                + ",'timings':{'cache_n':236,'prompt_n':1,'prompt_ms':30.9,'predicted_n':35,'predicted_ms':661.0}}|{"
                                + NONE
                                + ",'usage':{'completion_tokens':35,'prompt_tokens':237,'total_tokens':272},'timings':{'cache_n':236,'prompt_n':1,'predicted_n':35}}|[DONE]",
                        "input=237, cached_input=0, output=35",
                        0,
                        null,
                        false),
                row(
                        "Ollama behind OpenAI's path",
                        TEXT + "|{" + NONE
                                + ",'usage':{'prompt_tokens':26,'completion_tokens':298,'total_tokens':324}}|[DONE]",
                        "input=26, cached_input=0, output=298",
                        0,
                        null,
                        false),
                row(
                        "Google behind OpenAI's path: thinking in the total alone",
                        MADE + ",'usage':{'prompt_tokens':35,'completion_tokens':12,'total_tokens':109}",
                        "input=35, cached_input=0, output=74",
                        62,
                        null,
                        true),
                row(
                        "Hugging Face's router: details that are null",
                        MADE
                                + ",'usage':{'prompt_tokens':7,'completion_tokens':1,'total_tokens':8,'completion_tokens_details':null,'prompt_tokens_details':null}",
                        "input=7, cached_input=0, output=1",
                        0,
                        null,
                        false));
    }

    private static Arguments row(
            String vendor, String answer, String usage, long reasoning, @Nullable String cost, boolean doubtful) {
        return Arguments.of(vendor, answer.replace('\'', '"'), usage, reasoning, cost, doubtful);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void usage_is_recognised_by_the_answer_alone(
            String vendor, String answer, String usage, long reasoning, @Nullable String cost, boolean doubtful) {
        boolean stream = answer.contains("|");
        String text = stream
                ? Stream.of(answer.split("\\|", -1))
                        .map(event -> (event.startsWith(":") ? event : "data: " + event) + "\n\n")
                        .reduce("", String::concat)
                : "{\"model\":\"m\"," + answer + "}";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            AnswerScanner scanner = new OpenAiDialect().scanner(Service.CHAT, new AnswerShape(stream, true, false));
            scanner.scan(Unpooled.wrappedBuffer(bytes, 0, cut));
            scanner.scan(Unpooled.wrappedBuffer(bytes, cut, bytes.length - cut));
            scanner.end(true);
            AnswerFacts facts = scanner.facts();
            assertThat(Objects.requireNonNull(facts.usage(), vendor).text())
                    .as("cut at %d", cut)
                    .isEqualTo(usage);
            assertThat(facts.reasoningTokens()).isEqualTo(reasoning);
            assertThat(facts.usageDoubtful()).isEqualTo(doubtful);
            assertThat(facts.complete()).isTrue();
            if (cost == null) {
                assertThat(facts.reportedCost()).isNull();
            } else {
                assertThat(facts.reportedCost()).hasToString(cost);
            }
        }
    }
}
