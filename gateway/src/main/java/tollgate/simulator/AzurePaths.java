package tollgate.simulator;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Azure's paths for OpenAI's work, which may name what was deployed. Stateless. */
final class AzurePaths {
    private static final Pattern DEPLOYMENT = Pattern.compile("/openai/deployments/([^/]+)(/.*)");

    private AzurePaths() {}

    /** The path that OpenAI has for it; others stay as they are. */
    static String plain(String path) {
        Matcher deployment = DEPLOYMENT.matcher(path);
        return deployment.matches()
                ? "/v1" + deployment.group(2)
                : path.startsWith("/openai/v1/") ? path.substring("/openai".length()) : path;
    }

    /** What a deployment is of, goes before what a body says. */
    static void nameModel(String path, JsonNode body) {
        Matcher deployment = DEPLOYMENT.matcher(path);
        if (deployment.matches() && body instanceof ObjectNode object) {
            object.put("model", deployment.group(1));
        }
    }
}
