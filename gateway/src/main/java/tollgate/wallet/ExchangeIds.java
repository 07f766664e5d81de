package tollgate.wallet;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Makes ids of exchanges that no other gateway, run or clone of a data directory makes: {@code x_<gateway>-<boot>-<nonce>-
 * <count>}. Thread-safe.
 */
public final class ExchangeIds implements Supplier<String> {
    private final String prefix;
    private final AtomicLong count = new AtomicLong();

    /** Ids of one run of one gateway. */
    public ExchangeIds(String gateway, long boot, String nonce) {
        this.prefix = "x_" + gateway + "-" + Long.toString(boot, 36) + "-" + nonce + "-";
    }

    @Override
    public String get() {
        return prefix + Long.toString(count.incrementAndGet(), 36);
    }
}
