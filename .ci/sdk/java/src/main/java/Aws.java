import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeAsyncClient;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeClient;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ConversationRole;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseRequest;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseResponse;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamRequest;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.Message;
import software.amazon.awssdk.services.bedrockruntime.model.ServiceQuotaExceededException;
import software.amazon.awssdk.services.bedrockruntime.model.ThrottlingException;

/** AWS's official Java SDK, unmodified but for endpoint and access key. */
final class Aws {
    private static final String CLAUDE = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
    private static final Message HELLO = Message.builder()
            .role(ConversationRole.USER)
            .content(ContentBlock.fromText("Hello!"))
            .build();
    private static final ConverseRequest ASK = ConverseRequest.builder()
            .modelId(CLAUDE)
            .messages(HELLO)
            .inferenceConfig(config -> config.maxTokens(200))
            .build();

    private Aws() {}

    private static StaticCredentialsProvider key(String key) {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(key, "any"));
    }

    private static Consumer<ClientOverrideConfiguration.Builder> told(String told) {
        return config -> {
            config.retryStrategy(RetryMode.STANDARD);
            config.headers(told.isEmpty() ? Map.of() : Map.of("X-Sandbox", java.util.List.of(told)));
        };
    }

    private static BedrockRuntimeClient client(String base, String key, String told) {
        return BedrockRuntimeClient.builder()
                .region(Region.US_EAST_1)
                .endpointOverride(URI.create(base))
                .credentialsProvider(key(key))
                .overrideConfiguration(told(told))
                .build();
    }

    private static boolean refused(String base, String key, String told, int status, Class<?> kind) {
        try {
            client(base, key, told).converse(ASK);
            return false;
        } catch (AwsServiceException refusal) {
            return refusal.statusCode() == status && kind.isInstance(refusal);
        }
    }

    private static String streamed(String base, String key, String told) {
        StringBuilder said = new StringBuilder();
        try (BedrockRuntimeAsyncClient client = BedrockRuntimeAsyncClient.builder()
                .region(Region.US_EAST_1)
                .endpointOverride(URI.create(base))
                .credentialsProvider(key(key))
                .overrideConfiguration(told(told))
                .build()) {
            ConverseStreamRequest ask = ConverseStreamRequest.builder()
                    .modelId(CLAUDE)
                    .messages(HELLO)
                    .inferenceConfig(config -> config.maxTokens(200))
                    .build();
            ConverseStreamResponseHandler handler = ConverseStreamResponseHandler.builder()
                    .subscriber(ConverseStreamResponseHandler.Visitor.builder()
                            .onContentBlockDelta(event -> said.append(event.delta().text()))
                            .onMetadata(event -> said.append(' ').append(event.usage().outputTokens()))
                            .build())
                    .build();
            client.converseStream(ask, handler).join();
        }
        return said.toString();
    }

    static void conversations(String base, String key, String poor) {
        ConverseResponse whole = client(base, key, "").converse(ASK);
        Check.check("a conversation of Bedrock's parses", whole.output().message().content().get(0).text().equals("You said: Hello!"));
        Check.check("its usage is told", whole.usage().inputTokens() == 5 && whole.usage().outputTokens() == 4);
        Check.check("its cost is in its head", whole.sdkHttpResponse().firstMatchingHeader("X-Usage-Cost").isPresent());
        Check.check("a streamed conversation and its usage parse", streamed(base, key, "").equals("You said: Hello! 4"));
        Check.check("an exception of ours amid a stream is raised", Check.raised(
                () -> streamed(base, key, "cut=4000, tokens=90"), failure -> failure instanceof CompletionException));
        Check.check("a wrong key is AWS's error of status 401", refused(base, "tg_test_wrong", "", 401, AwsServiceException.class));
        Check.check("an empty wallet is ServiceQuotaExceededException", refused(base, poor, "", 402, ServiceQuotaExceededException.class));
        Check.check("a provider's 429 is ThrottlingException", refused(base, key, "status=429", 429, ThrottlingException.class));
    }
}
