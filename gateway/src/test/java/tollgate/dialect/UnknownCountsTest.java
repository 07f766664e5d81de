package tollgate.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.anthropic.AnthropicDialect;
import tollgate.dialect.bedrock.BedrockDialect;
import tollgate.dialect.gemini.GeminiDialect;
import tollgate.dialect.ollama.OllamaDialect;
import tollgate.dialect.openai.OpenAiDialect;

/** A number in a usage object that nobody takes into account is kept and told, in every dialect; so is a total that is none. */
class UnknownCountsTest {
    private static final Pattern NAME = Pattern.compile("([A-Za-z_]+)=");

    private static Dialect dialect(String name) {
        return switch (name) {
            case "openai" -> new OpenAiDialect();
            case "anthropic" -> new AnthropicDialect();
            case "gemini" -> new GeminiDialect();
            case "ollama" -> new OllamaDialect();
            default -> new BedrockDialect();
        };
    }

    private static AnswerFacts whole(String name, boolean responses, String document) {
        AnswerScanner scanner = dialect(name)
                .scanner(responses ? Service.RESPONSES : Service.CHAT, new AnswerShape(false, false, false));
        scanner.scan(Unpooled.wrappedBuffer(document.getBytes(StandardCharsets.UTF_8)));
        scanner.end(true);
        return scanner.facts();
    }

    private static String document(String form, String more) {
        return switch (form) {
            case "chat" ->
                "{\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1,\"total_tokens\":10" + more
                        + "}}";
            case "responses" ->
                "{\"object\":\"response\",\"status\":\"completed\",\"usage\":{\"input_tokens\":9,\"output_tokens\":1,"
                        + "\"total_tokens\":10" + more + "}}";
            case "message" ->
                "{\"type\":\"message\",\"content\":[],\"usage\":{\"input_tokens\":9,\"output_tokens\":1" + more + "}}";
            case "gemini" ->
                "{\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":9,"
                        + "\"candidatesTokenCount\":1,\"totalTokenCount\":10" + more + "}}";
            case "ollama" ->
                "{\"message\":{},\"done\":true,\"total_duration\":7,\"load_duration\":5,\"prompt_eval_count\":9,"
                        + "\"eval_count\":1" + more + "}";
            default ->
                "{\"output\":{},\"usage\":{\"inputTokens\":9,\"outputTokens\":1,\"totalTokens\":10" + more + "}}";
        };
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "openai,    chat",
        "openai,    responses",
        "anthropic, message",
        "gemini,    gemini",
        "ollama,    ollama",
        "bedrock,   converse",
    })
    void a_number_that_nobody_knows_is_told_wherever_it_stands(String name, String form) {
        boolean responses = form.equals("responses");
        assertThat(whole(name, responses, document(form, "")).unknownCounts()).isNull();
        assertThat(whole(name, responses, document(form, ",\"new_tokens\":0,\"other\":null,\"said\":\"9\""))
                        .unknownCounts())
                .isNull();
        assertThat(whole(name, responses, document(form, ",\"new_tokens\":7")).unknownCounts())
                .isEqualTo("new_tokens=7");
        AnswerFacts deep = whole(name, responses, document(form, ",\"details\":{\"list\":[{\"odd_units\":1.5}]}"));
        assertThat(deep.unknownCounts()).isEqualTo("odd_units=1.5");
        assertThat(deep.usage()).isNotNull();
    }

    @ParameterizedTest(name = "{1}: {2} is doubtful: {3}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "openai  | chat      | {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1,\"total_tokens\":10}} | false",
                "openai  | chat      | {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1,\"total_tokens\":30}} | true",
                "openai  | chat      | {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1,\"total_tokens\":4}} | true",
                "openai  | responses | {\"object\":\"response\",\"status\":\"completed\",\"usage\":{\"input_tokens\":9,\"output_tokens\":1,\"total_tokens\":30}} | true",
                "gemini  | gemini    | {\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":1,\"totalTokenCount\":30}} | true",
                "bedrock | converse  | {\"output\":{},\"usage\":{\"inputTokens\":9,\"outputTokens\":1,\"totalTokens\":30}} | true",
            })
    void a_total_that_is_not_the_sum_is_doubtful(String name, String form, String document, boolean doubtful) {
        assertThat(whole(name, form.equals("responses"), document).usageDoubtful())
                .isEqualTo(doubtful);
    }

    /** What recorded answers have that no dialect of text prices: each would be alarmed. */
    @Test
    void of_all_recorded_answers_only_these_have_numbers_that_nobody_takes_into_account() {
        Set<String> found = new TreeSet<>();
        boolean any = add(found, new OpenAiDialect(), Service.CHAT, Recordings.chat());
        any |= add(
                found,
                new OpenAiDialect(),
                Service.RESPONSES,
                Recordings.in("openai-responses", "azure-responses", "deepseek-responses", "xai-responses"));
        any |= add(found, new AnthropicDialect(), Service.CHAT, Recordings.messages());
        any |= add(found, new GeminiDialect(), Service.CHAT, Recordings.in("gemini", "gw-gemini", "vertex"));
        any |= add(
                found,
                new BedrockDialect(),
                Service.CHAT,
                Recordings.in("bedrock-converse", "bedrock-converse-stream", "gw-bedrock"));
        Assumptions.assumeTrue(any, "no recordings here");
        assertThat(found)
                .isSubsetOf(
                        "num_sources_used",
                        "num_server_side_tools_used",
                        "num_search_queries",
                        "citation_tokens",
                        "video_tokens",
                        "web_search_calls",
                        "code_interpreter_calls",
                        "file_search_calls");
    }

    private static boolean add(Set<String> found, Dialect dialect, Service service, Iterable<Recording> recordings) {
        boolean any = false;
        for (Recording each : recordings) {
            Form form = !each.stream() ? Form.WHOLE : dialect.name().equals("bedrock") ? Form.FRAMES : Form.EVENTS;
            AnswerScanner scanner = dialect.scanner(service, new AnswerShape(form, false, false));
            scanner.scan(Unpooled.wrappedBuffer(each.body()));
            scanner.end(true);
            @Nullable String unknown = scanner.facts().unknownCounts();
            if (unknown != null) {
                NAME.matcher(unknown).results().forEach(name -> found.add(name.group(1)));
            }
            any = true;
        }
        return any;
    }
}
