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
     * No card names it, or none at that moment; nothing may be forwarded.
     *
     * @param nearest the known name most like it; null where none is near
     * @param periods when its cards apply, where it has some: {@code from 2027-01-01T00:00:00Z}; else null
     */
    record Unknown(@Nullable String nearest, @Nullable String periods) implements Resolution {}
}
