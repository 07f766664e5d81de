package tollgate.pricing;

import java.util.List;

/** The rate cards that come with Tollgate, one file a provider. */
final class BuiltIn {
    /** Later files win where two name a model and neither is scoped. */
    static final List<String> FILES = List.of(
            "openai.yaml",
            "anthropic.yaml",
            "google.yaml",
            "mistral.yaml",
            "deepseek.yaml",
            "groq.yaml",
            "xai.yaml",
            "cohere.yaml",
            "bedrock.yaml",
            "azure.yaml");

    private BuiltIn() {}

    static List<RateCards> cards() {
        return FILES.stream().map(RateCardFile::resource).toList();
    }
}
