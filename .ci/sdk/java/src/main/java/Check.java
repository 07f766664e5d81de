import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.genai.Client;
import com.google.genai.errors.ApiException;
import com.google.genai.types.HttpOptions;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.moderations.ModerationCreateParams;
import com.openai.models.responses.ResponseCreateParams;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The official Java SDKs of OpenAI, Anthropic, Google and AWS, unmodified but for base URL and key, against a gateway started by
 * ./tollgate up.
 */
public final class Check {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static int passed;

    private Check() {}

    static void check(String story, boolean good) {
        if (!good) {
            System.err.println("java: " + story + ": failed");
            System.exit(1);
        }
        passed++;
        System.out.println("java: " + story + ": ok");
    }

    private static JsonNode cli(String data, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of("./tollgate"));
        line.addAll(List.of(arguments));
        line.addAll(List.of("--data", data, "--json"));
        return MAPPER.readTree(new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .getInputStream());
    }

    static boolean raised(Runnable what, Predicate<RuntimeException> expected) {
        try {
            what.run();
            return false;
        } catch (RuntimeException failure) {
            return expected.test(failure);
        }
    }

    public static void main(String[] arguments) throws IOException {
        JsonNode ready = MAPPER.readTree(new File(arguments[0]));
        String base = ready.get("base_url").asText();
        String key = ready.get("key").asText();
        String wallet = cli(arguments[1], "wallet", "create", "--name", "empty-java", "--test")
                .get("id")
                .asText();
        String poor =
                cli(arguments[1], "key", "create", "--wallet", wallet).get("secret").asText();
        chats(base, key, poor);
        messages(base.replaceFirst("/v1$", ""), key, poor);
        gemini(base.replaceFirst("/v1$", ""), key, poor);
        Aws.conversations(base.replaceFirst("/v1$", ""), key, poor);
        System.out.println("java: " + passed + " checks passed");
        System.exit(0);
    }

    private static OpenAIClient openAi(String base, String key, String told) {
        OpenAIOkHttpClient.Builder builder =
                OpenAIOkHttpClient.builder().baseUrl(base).apiKey(key).maxRetries(0);
        return told.isEmpty() ? builder.build() : builder.putHeader("X-Sandbox", told).build();
    }

    private static void chats(String base, String key, String poor) {
        OpenAIClient client = openAi(base, key, "");
        ChatCompletionCreateParams ask = ChatCompletionCreateParams.builder()
                .model("gpt-4o-mini")
                .addUserMessage("Hello!")
                .build();
        try (var whole = client.withRawResponse().chat().completions().create(ask)) {
            check("a whole chat has its cost in its head", whole.headers().values("x-usage-cost").get(0).compareTo("0.00") > 0);
            check("a whole chat parses", whole.parse().choices().get(0).message().content().get().equals("You said: Hello!"));
        }
        StringBuilder said = new StringBuilder();
        try (var stream = client.chat().completions().createStreaming(ask)) {
            stream.stream().forEach(chunk -> chunk.choices().forEach(choice -> choice.delta().content().ifPresent(said::append)));
        }
        check("a streamed chat parses, comment and trailers and all", said.toString().equals("You said: Hello!"));
        ResponseCreateParams respond =
                ResponseCreateParams.builder().model("gpt-4o-mini").input("Hello!").build();
        check("a whole response parses", client.responses().create(respond).output().get(0).asMessage().content().get(0)
                .asOutputText().text().equals("You said: Hello!"));
        StringBuilder answered = new StringBuilder();
        try (var stream = client.responses().createStreaming(respond)) {
            stream.stream().forEach(event -> event.outputTextDelta().ifPresent(delta -> answered.append(delta.delta())));
        }
        check("a streamed response parses", answered.toString().equals("You said: Hello!"));
        check("embeddings parse", client.embeddings()
                .create(EmbeddingCreateParams.builder().model("text-embedding-3-small").input("Hello!").build())
                .data().get(0).embedding().size() > 0);
        check("moderations parse", client.moderations()
                .create(ModerationCreateParams.builder().input("violence").build()).results().get(0).flagged());
        check("models are listed", client.models().list().items().stream().anyMatch(model -> model.id().equals("gpt-4o-mini")));
        check("a wrong key is an UnauthorizedException",
                raised(() -> openAi(base, "tg_test_wrong", "").chat().completions().create(ask), UnauthorizedException.class::isInstance));
        check("an empty wallet is a service exception of status 402", raised(() -> openAi(base, poor, "").chat().completions().create(ask),
                failure -> failure instanceof OpenAIServiceException no && no.statusCode() == 402));
        check("a provider's 429 is a RateLimitException", raised(() -> openAi(base, key, "status=429").chat().completions().create(ask),
                RateLimitException.class::isInstance));
        check("an error of ours amid a chat is raised", raised(() -> {
            try (var stream = openAi(base, key, "tokens=30, cut=2000").chat().completions().createStreaming(ask)) {
                stream.stream().forEach(chunk -> {});
            }
        }, failure -> true));
    }

    private static AnthropicClient anthropic(String base, String key, String told) {
        AnthropicOkHttpClient.Builder builder =
                AnthropicOkHttpClient.builder().baseUrl(base).apiKey(key).maxRetries(0);
        return told.isEmpty() ? builder.build() : builder.putHeader("X-Sandbox", told).build();
    }

    private static void messages(String base, String key, String poor) {
        AnthropicClient client = anthropic(base, key, "");
        MessageCreateParams ask = MessageCreateParams.builder()
                .model("claude-haiku-4-5")
                .maxTokens(200)
                .addUserMessage("Hello!")
                .build();
        try (var whole = client.withRawResponse().messages().create(ask)) {
            check("a whole message has its cost in its head", whole.headers().values("x-usage-cost").get(0).compareTo("0.00") > 0);
            check("a whole message parses", whole.parse().content().get(0).asText().text().equals("You said: Hello!"));
        }
        MessageAccumulator gathered = MessageAccumulator.create();
        try (var stream = client.messages().createStreaming(ask)) {
            stream.stream().forEach(gathered::accumulate);
        }
        check("a streamed message parses", gathered.message().content().get(0).asText().text().equals("You said: Hello!")
                && gathered.message().usage().outputTokens() > 0);
        check("tokens are counted", client.messages().countTokens(MessageCountTokensParams.builder()
                .model("claude-haiku-4-5").addUserMessage("Hello!").build()).inputTokens() > 0);
        check("a wrong key is Anthropic's UnauthorizedException", raised(() -> anthropic(base, "tg_test_wrong", "").messages().create(ask),
                com.anthropic.errors.UnauthorizedException.class::isInstance));
        check("an empty wallet is Anthropic's service exception of status 402", raised(() -> anthropic(base, poor, "").messages().create(ask),
                failure -> failure instanceof AnthropicServiceException no && no.statusCode() == 402));
        check("an error of ours amid a message is raised", raised(() -> {
            try (var stream = anthropic(base, key, "tokens=30, cut=2000").messages().createStreaming(ask)) {
                stream.stream().forEach(event -> {});
            }
        }, failure -> true));
    }

    private static Client google(String base, String key, String told) {
        HttpOptions.Builder options = HttpOptions.builder().baseUrl(base);
        return Client.builder()
                .apiKey(key)
                .httpOptions((told.isEmpty() ? options : options.headers(Map.of("X-Sandbox", told))).build())
                .build();
    }

    private static void gemini(String base, String key, String poor) {
        String model = "gemini-2.5-flash";
        Client client = google(base, key, "");
        check("a whole answer of Gemini's parses", "You said: Hello!".equals(client.models.generateContent(model, "Hello!", null).text()));
        StringBuilder said = new StringBuilder();
        try (var pieces = client.models.generateContentStream(model, "Hello!", null)) {
            pieces.forEach(piece -> said.append(piece.text()));
        }
        check("a streamed one parses", said.toString().equals("You said: Hello!"));
        check("Gemini counts tokens", client.models.countTokens(model, "Hello!", null).totalTokens().get() > 0);
        check("Gemini's embeddings parse", client.models.embedContent("gemini-embedding-001", "Hello!", null).embeddings().get().size() == 1);
        check("a wrong key is Google's error of code 401", raised(() -> google(base, "tg_test_wrong", "").models.generateContent(model, "x", null),
                failure -> failure instanceof ApiException no && no.code() == 401));
        check("an empty wallet is Google's error of code 402", raised(() -> google(base, poor, "").models.generateContent(model, "x", null),
                failure -> failure instanceof ApiException no && no.code() == 402));
        check("a provider's 503 is Google's error of code 503", raised(() -> google(base, key, "status=503").models.generateContent(model, "x", null),
                failure -> failure instanceof ApiException no && no.code() == 503));
    }
}
