package tollgate.dialect.bedrock;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A path that names a model and what it is to do:
 * {@code /model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse-stream}.
 *
 * @param model its id, or the id of its inference profile, decoded: that of AWS's own profiles and models also where an ARN
 *     names them; of any other ARN the ARN itself
 * @param prompt it is a prompt that is stored at the provider
 * @param operation what it is to do
 */
record BedrockPath(String model, boolean prompt, Operation operation) {
    private static final Pattern FORM = Pattern.compile("/model/([A-Za-z0-9.:_%~-]+)/([a-z-]+)");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:_-]*");
    private static final Pattern ARN =
            Pattern.compile("arn:aws[a-z-]*:(?:bedrock|sagemaker):[a-z0-9-]*:[0-9]*:([a-z-]+)/([A-Za-z0-9.:/_-]+)");

    /** What a model can be asked for. */
    enum Operation {
        CONVERSE("converse", false),
        CONVERSE_STREAM("converse-stream", true),
        INVOKE("invoke", false),
        INVOKE_STREAM("invoke-with-response-stream", true),
        COUNT_TOKENS("count-tokens", false);

        private final String wireName;
        private final boolean stream;

        Operation(String wireName, boolean stream) {
            this.wireName = wireName;
            this.stream = stream;
        }

        /** Its answer streams. */
        boolean streams() {
            return stream;
        }

        /** Its body and answer are in the model's own language. */
        boolean isNative() {
            return this == INVOKE || this == INVOKE_STREAM;
        }

        static @Nullable Operation of(String wireName) {
            for (Operation each : values()) {
                if (each.wireName.equals(wireName)) {
                    return each;
                }
            }
            return null;
        }
    }

    /** Reads a raw path; null where it is none. */
    static @Nullable BedrockPath of(String path) {
        Matcher found = FORM.matcher(path);
        Operation operation = found.matches() ? Operation.of(found.group(2)) : null;
        String id = operation == null ? null : decoded(found.group(1));
        if (operation == null || id == null) {
            return null;
        }
        if (ID.matcher(id).matches() && !id.startsWith("arn:")) {
            return new BedrockPath(id, false, operation);
        }
        Matcher arn = ARN.matcher(id);
        if (!arn.matches()) {
            return null;
        }
        return switch (arn.group(1)) {
            case "foundation-model", "inference-profile" ->
                ID.matcher(arn.group(2)).matches() ? new BedrockPath(arn.group(2), false, operation) : null;
            case "prompt" -> new BedrockPath(id, true, operation);
            default -> new BedrockPath(id, false, operation);
        };
    }

    /** The raw path that asks the same of another model; null where that reads another language. */
    @Nullable
    String naming(String other) {
        BedrockPath there = new BedrockPath(other, false, operation);
        boolean same = family().equals(there.family()) && embeds() == there.embeds() && isNova() == there.isNova();
        return prompt || (operation.isNative() && !same)
                ? null
                : "/model/" + URLEncoder.encode(other, StandardCharsets.UTF_8) + "/" + operation.wireName;
    }

    /** It speaks as Converse does. */
    boolean isNova() {
        return model.contains("amazon.nova");
    }

    private static @Nullable String decoded(String segment) {
        try {
            return URLDecoder.decode(segment, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return null;
        }
    }

    /** Whose model it is, by its name: {@code anthropic}; empty where the name does not say. */
    String family() {
        String[] parts = model.toLowerCase(Locale.ROOT).split("\\.", 3);
        if (model.startsWith("arn:") || parts.length < 2) {
            return "";
        }
        // a geography stands before the family in the name of an inference profile
        return parts.length > 2 && GEOGRAPHY.matcher(parts[0]).matches() ? parts[1] : parts[0];
    }

    private static final Pattern GEOGRAPHY = Pattern.compile("us|us-gov|eu|apac|jp|au|ca|global");

    /** It makes vectors. */
    boolean embeds() {
        return model.contains("embed");
    }
}
