package tollgate.dialect.openai;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;

/** Reads {@code service_tier}: what is held covers the one that is asked for, an answer is priced by the one that it says. */
final class ServiceTiers {
    /** Those that a provider of the language is known to have; which of them have a price says the model's card. */
    private static final Set<String> KNOWN = Set.of("auto", "default", "flex", "priority", "on_demand", "performance");

    private ServiceTiers() {}

    /** Reads the value that the parser stands on; null: none, or the usual one. */
    static @Nullable String read(JsonParser parser) {
        String tier = Value.text(parser, "service_tier");
        if (tier != null && !KNOWN.contains(tier)) {
            throw new BadRequest(
                    "unsupported_parameter",
                    "service_tier",
                    "service_tier: " + Value.quoted(tier) + " (expected: auto, default, flex or priority)");
        }
        return tier == null || tier.equals("default") || tier.equals("on_demand") ? null : tier;
    }
}
