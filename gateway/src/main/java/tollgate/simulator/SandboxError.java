package tollgate.simulator;

import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An error in OpenAI's shape. */
final class SandboxError {
    private SandboxError() {}

    static byte[] body(int status, String code, String message) {
        ObjectNode error = JsonMapper.shared().createObjectNode();
        error.putObject("error")
                .put("message", message)
                .put("type", type(status))
                .putNull("param")
                .put("code", code);
        return error.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String type(int status) {
        return switch (status) {
            case 429 -> "requests";
            case 500, 502, 503, 504 -> "server_error";
            default -> "invalid_request_error";
        };
    }

    /** The code a provider would give with a status. */
    static String usualCode(int status) {
        return switch (status) {
            case 401 -> "invalid_api_key";
            case 404 -> "model_not_found";
            case 429 -> "rate_limit_exceeded";
            case 500, 502, 503, 504 -> "server_error";
            default -> "invalid_request";
        };
    }
}
