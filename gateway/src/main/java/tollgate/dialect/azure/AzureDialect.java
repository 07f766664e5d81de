package tollgate.dialect.azure;

import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Service;
import tollgate.dialect.openai.OpenAiDialect;

/**
 * Azure OpenAI (learn.microsoft.com/azure/ai-foundry/openai/reference): OpenAI's language at a deployment's path, which
 * names what was deployed, or below {@code /openai/v1}, where the body does. A deployment's name is its owner's: rate cards
 * name it, {@code azure/NAME} or an alias of one's own; the answer names the model, which is what is charged. Stateless and
 * thread-safe.
 */
public final class AzureDialect extends OpenAiDialect {
    private static final String HERE = "/openai/v1";
    private static final Pattern DEPLOYMENT = Pattern.compile("/openai/deployments/([A-Za-z0-9._~-]{1,64})(/.*)");
    /** What is asked of a deployment; responses have no such path. */
    private static final Set<String> AT_DEPLOYMENTS = Set.of("/chat/completions", "/completions", "/embeddings");

    @Override
    public String name() {
        return "azure";
    }

    @Override
    protected @Nullable String below(String path) {
        Matcher deployment = DEPLOYMENT.matcher(path);
        if (deployment.matches()) {
            return AT_DEPLOYMENTS.contains(deployment.group(2)) ? deployment.group(2) : null;
        }
        return path.startsWith(HERE) ? path.substring(HERE.length()) : null;
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.CHAT, Service.COMPLETIONS, Service.EMBEDDINGS, Service.RESPONSES);
    }

    @Override
    protected @Nullable String modelInPath(String path) {
        Matcher deployment = DEPLOYMENT.matcher(path);
        return deployment.matches() ? deployment.group(1) : null;
    }

    @Override
    public String naming(String path, String model) {
        Matcher deployment = DEPLOYMENT.matcher(path);
        return deployment.matches() ? "/openai/deployments/" + model + deployment.group(2) : path;
    }

    @Override
    public boolean addressed(String path, Predicate<String> header) {
        return path.startsWith("/openai/") || header.test("api-key");
    }

    @Override
    public List<String> modelPaths() {
        return List.of(HERE + "/models");
    }

    @Override
    public void authorize(String apiKey, BiConsumer<String, String> field) {
        field.accept("api-key", apiKey);
    }
}
