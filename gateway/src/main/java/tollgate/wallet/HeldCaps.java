package tollgate.wallet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tollgate.pricing.Usd;

/**
 * What the caps of an exchange hold for it and in which windows, as its place wrote it: kept as that text, which is what
 * scripts, journal and ledger pass on. Immutable.
 *
 * @param text {@code cap:subject,unit,bucket ms,start,held;…}; empty where no cap applied
 */
public record HeldCaps(String text) {
    /** No cap. */
    public static final HeldCaps NONE = new HeldCaps("");

    /** One of them: of a rolling window, {@code start} is the number of its bucket; {@code held} of a volume is what was charged before. */
    record One(String counter, CapUnit unit, long stepMs, long start, long held) {}

    /**
     * Each of them.
     *
     * @throws IllegalArgumentException where the text is none that a place wrote
     */
    List<One> each() {
        List<One> all = new ArrayList<>();
        if (text.isEmpty()) {
            return all;
        }
        for (String part : text.split(";", -1)) {
            String[] fields = part.split(",", -1);
            if (fields.length != 5) {
                throw new IllegalArgumentException("caps: '" + text + "' (expected: counter,unit,ms,start,held;…)");
            }
            all.add(new One(
                    fields[0],
                    CapUnit.of(fields[1]),
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[3]),
                    Long.parseLong(fields[4])));
        }
        return all;
    }

    /** The tokens that a bundle has set aside for it; 0 where none has. */
    public long paidFor() {
        return text.contains(",b,")
                ? each().stream()
                        .filter(one -> one.unit == CapUnit.BUNDLE)
                        .mapToLong(One::held)
                        .sum()
                : 0;
    }

    /** The bundle that has set tokens aside for it; empty where none has. */
    public Optional<BundleName> bundle() {
        return text.contains(",b,")
                ? each().stream()
                        .filter(one -> one.unit == CapUnit.BUNDLE)
                        .findFirst()
                        .flatMap(one -> BundleName.of(one.counter))
                : Optional.empty();
    }

    /** What had been charged in the month when the hold was placed, where volume tiers ask that; else nothing. */
    public Usd chargedBefore() {
        return text.contains(",y,")
                ? each().stream()
                        .filter(one -> one.unit == CapUnit.VOLUME)
                        .map(one -> new Usd(one.held))
                        .findFirst()
                        .orElse(Usd.ZERO)
                : Usd.ZERO;
    }

    /** Each cap with its subject, as {@code cap:subject}, in their order. */
    public List<String> counters() {
        return each().stream().map(One::counter).toList();
    }

    /** The keys of their counters, in their order. */
    List<String> keys(int shard) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> keys = new ArrayList<>();
        for (String part : text.split(";", -1)) {
            int comma = part.indexOf(',');
            keys.add(Keys.cap(shard, comma < 0 ? part : part.substring(0, comma)));
        }
        return keys;
    }

    /** The demands that put exactly these back where they were, in the windows they were in. */
    public CapDemands again() {
        List<CapDemand> demands = new ArrayList<>();
        long tokens = 0;
        for (One one : each()) {
            int colon = one.counter.indexOf(':');
            demands.add(new CapDemand(
                    one.counter.substring(0, colon),
                    one.counter.substring(colon + 1),
                    0,
                    0,
                    one.unit,
                    switch (one.unit) {
                        case TOKEN_RATE, BUNDLE, VOLUME -> one.held;
                        case USD, TOKENS, REQUESTS, OPEN, RATE -> 0;
                    },
                    one.stepMs,
                    one.start,
                    one.start,
                    one.start));
            if (one.unit == CapUnit.TOKENS || one.unit == CapUnit.TOKEN_RATE) {
                tokens = Math.max(tokens, one.held);
            }
        }
        return new CapDemands(demands, tokens, tokens);
    }
}
