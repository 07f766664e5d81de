package tollgate.pricing.catalogue;

import java.util.Arrays;
import java.util.Optional;

/** The catalogues that can be read. */
public enum CatalogueFormat {
    /** LiteLLM's price map: one object, model key to fields, dollars for one unit. */
    LITELLM("litellm"),
    /** models.dev: provider to models, dollars for a million tokens. */
    MODELS_DEV("models.dev");

    private final String label;

    CatalogueFormat(String label) {
        this.label = label;
    }

    /** The name on the command line: {@code models.dev}. */
    public String label() {
        return label;
    }

    /** The format of a name on the command line. */
    public static Optional<CatalogueFormat> of(String label) {
        return Arrays.stream(values())
                .filter(format -> format.label.equals(label))
                .findFirst();
    }
}
