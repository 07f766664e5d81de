package tollgate.proxy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.journal.ExchangeFacts;
import tollgate.metering.Observed;

/**
 * An answer that a provider makes while nobody waits for it. Immutable.
 *
 * @param facts of its exchange
 * @param asked what was asked, as far as that prices it
 * @param target path and query at which it is asked for
 * @param object its id at the provider
 * @param owner whose it is there, as {@link ObjectMap#owner} says
 * @param generation how often its hold has been placed
 * @param until when it is given up
 * @param prices that it began with; null where they cannot be read any more
 * @param relayed what clients have had of it, as last kept; null: nothing
 */
public record Job(
        ExchangeFacts facts,
        MeteredRequest asked,
        String target,
        String object,
        String owner,
        int generation,
        Instant until,
        @Nullable PinnedPrices prices,
        @Nullable Observed relayed) {
    /** The exchange it belongs to. */
    public String exchange() {
        return facts.exchange();
    }

    /** The same with a hold that was placed again. */
    Job placed(int now) {
        return new Job(facts, asked, target, object, owner, now, until, prices, relayed);
    }
}
