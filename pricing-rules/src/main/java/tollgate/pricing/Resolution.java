package tollgate.pricing;

import org.jspecify.annotations.Nullable;

/** What a rate book knows of a model name. */
public sealed interface Resolution {
    /**
     * It has rates.
     *
     * @param rates the rates
     * @param byDefault no card names the model: these are the configured default rates of unknown models
     */
    record Priced(ModelRates rates, boolean byDefault) implements Resolution {}

    /**
     * No card names it; nothing may be forwarded.
     *
     * @param nearest the known name most like it; null where none is near
     */
    record Unknown(@Nullable String nearest) implements Resolution {}
}
