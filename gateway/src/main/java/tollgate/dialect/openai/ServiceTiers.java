package tollgate.dialect.openai;

import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;

/** Reads {@code service_tier}: only the usual one can be asked for; an answer is priced by the one that it says. */
final class ServiceTiers {
    private ServiceTiers() {}

    /** Reads the value that the parser stands on. */
    static void read(JsonParser parser) {
        String tier = Value.text(parser, "service_tier");
        if (tier != null && !tier.equals("auto") && !tier.equals("default")) {
            throw new BadRequest(
                    "unsupported_parameter",
                    "service_tier",
                    "service_tier: " + Value.quoted(tier) + " (expected: auto or default)");
        }
    }
}
