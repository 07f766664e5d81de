package tollgate.wallet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the scripts should do with several wallets under shared caps, in memory: the judge of the model test. */
@SuppressWarnings("NullAway") // what is looked up is there
final class CapModel {
    final Map<String, Purse> purses = new HashMap<>();
    final Map<String, Counter> counters = new HashMap<>();
    final Map<String, Exchange> exchanges = new HashMap<>();

    /** One wallet. */
    static final class Purse {
        long balance;
        long held;
    }

    /** One cap's counter: amounts by the start of a window, or the number of a bucket. */
    static final class Counter {
        final CapUnit unit;
        final long step;
        final TreeMap<Long, Long> spent = new TreeMap<>();
        final TreeMap<Long, Long> held = new TreeMap<>();
        long version;
        long limit;
        boolean removed;

        Counter(CapUnit unit, long step) {
            this.unit = unit;
            this.step = step;
        }

        long spentAt(long window) {
            return step == 0
                    ? spent.getOrDefault(window, 0L)
                    : spent.tailMap(window - 60).values().stream()
                            .mapToLong(Long::longValue)
                            .sum();
        }

        long heldAt(long window) {
            return step == 0 ? held.getOrDefault(window, 0L) : heldInAll();
        }

        long heldInAll() {
            return held.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** One cap that is asked: in this window, by somebody who knows this version of it. */
    record Ask(Counter counter, long window, boolean inWindow, long version, long limit) {}

    private record Part(Counter counter, long window, long held) {}

    static final class Exchange {
        String state = "OPEN";
        Purse purse = new Purse();
        long amount;
        long tokens;
        long accrued;
        long accruedTokens;
        long captured;
        long capturedTokens;
        String fingerprint = "";
        private List<Part> parts = List.of();
    }

    /** The outcome in words. */
    String place(String wallet, String id, long least, long want, long tokensLeast, long tokensWant, List<Ask> asks) {
        Exchange known = exchanges.get(id);
        if (known != null) {
            return known.state.equals("OPEN") ? placed(known) : "DONE";
        }
        Purse purse = purses.get(wallet);
        long half = Math.floorDiv(purse.balance - purse.held, 2);
        long tokens = tokensWant;
        for (int i = 0; i < asks.size(); i++) {
            Ask ask = asks.get(i);
            Counter cap = ask.counter;
            if (!ask.inWindow) {
                return "STALE_WINDOW " + i;
            }
            if (ask.version < cap.version) {
                return "STALE_CAP " + i;
            }
            long left = ask.limit - cap.spentAt(ask.window) - cap.heldAt(ask.window);
            if (need(cap, least, tokensLeast) > left) {
                return "CAP " + i + " " + cap.spentAt(ask.window) + " " + cap.heldAt(ask.window);
            }
            if (cap.unit == CapUnit.USD) {
                half = Math.min(half, left / 2);
            } else if (cap.unit == CapUnit.TOKENS && tokens > left / 2) {
                tokens = Math.max(tokensLeast, left / 2);
            }
        }
        if (purse.balance - purse.held < least) {
            return "FUNDS";
        }
        Exchange placed = new Exchange();
        placed.purse = purse;
        placed.amount = want > half ? Math.max(least, half) : want;
        placed.tokens = asks.isEmpty() ? 0 : tokens;
        placed.parts = asks.stream()
                .map(ask -> new Part(ask.counter, ask.window, need(ask.counter, placed.amount, placed.tokens)))
                .toList();
        for (Part part : placed.parts) {
            part.counter.held.merge(part.window, part.held, Long::sum);
            part.counter.spent.merge(part.window, 0L, Long::sum);
        }
        asks.forEach(ask -> ask.counter.version = Math.max(ask.counter.version, ask.version));
        purse.held += placed.amount;
        exchanges.put(id, placed);
        return placed(placed);
    }

    private static String placed(Exchange exchange) {
        return "OK " + exchange.amount + " " + exchange.tokens;
    }

    private static long need(Counter cap, long usd, long tokens) {
        return switch (cap.unit) {
            case USD -> usd;
            case TOKENS -> tokens;
            case REQUESTS -> 1;
        };
    }

    boolean renew(String id, long accrued, long tokens) {
        Exchange known = exchanges.get(id);
        if (known == null || !known.state.equals("OPEN")) {
            return false;
        }
        known.accrued = Math.max(known.accrued, Math.min(accrued, known.amount));
        known.accruedTokens = Math.max(known.accruedTokens, Math.min(tokens, known.tokens));
        return true;
    }

    boolean settle(String wallet, String id, String fingerprint, long total, long tokens, boolean came) {
        Exchange known = exchanges.get(id);
        if (known != null && known.state.equals("FINAL")) {
            return known.fingerprint.equals(fingerprint) && known.purse == purses.get(wallet);
        }
        if (known == null) {
            if (total != 0) {
                return false;
            }
            known = new Exchange();
            known.purse = purses.get(wallet);
            exchanges.put(id, known);
            known.state = "EXPIRED";
        } else if (known.purse != purses.get(wallet)) {
            return false;
        }
        taken(known, total, tokens, total > 0 || tokens > 0 || came);
        known.state = "FINAL";
        known.fingerprint = fingerprint;
        return true;
    }

    boolean expire(String id) {
        Exchange known = exchanges.get(id);
        if (known == null || !known.state.equals("OPEN")) {
            return false;
        }
        taken(known, known.accrued, known.accruedTokens, known.accrued > 0 || known.accruedTokens > 0);
        known.state = "EXPIRED";
        return true;
    }

    private void taken(Exchange exchange, long total, long tokens, boolean request) {
        boolean open = exchange.state.equals("OPEN");
        if (open) {
            exchange.purse.held -= exchange.amount;
        }
        exchange.purse.balance += exchange.captured - total;
        for (Part part : exchange.parts) {
            Counter cap = part.counter;
            if (open) {
                cap.held.merge(part.window, -part.held, Long::sum);
            }
            long moved = switch (cap.unit) {
                case USD -> total - exchange.captured;
                case TOKENS -> tokens - exchange.capturedTokens;
                case REQUESTS -> open && request ? 1 : 0;
            };
            if (cap.spent.containsKey(part.window)) {
                cap.spent.merge(part.window, moved, (had, more) -> Math.max(0, had + more));
            }
        }
        exchange.captured = total;
        exchange.capturedTokens = tokens;
    }

    /** What is held stays. */
    void reset(Counter cap, long version) {
        cap.spent.replaceAll((window, amount) -> 0L);
        cap.version = Math.max(cap.version, version);
    }
}
