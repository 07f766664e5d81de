package tollgate.wallet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

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
        /** Of a rate: what has not run out yet, and when that was so. */
        long level;

        long levelMs;
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

        /** What has not run out by now. */
        long levelAt(long ms, long limitNow) {
            return Math.max(0, level - Math.max(0, ms - levelMs) * limitNow);
        }

        long heldAt(long window) {
            return step == 0 ? held.getOrDefault(window, 0L) : heldInAll();
        }

        long heldInAll() {
            return held.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** One cap that is asked: in this window (a rate: at this time), by somebody who knows this version of it. */
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
        String notRefused = "";
        boolean observed;
        /** What its volume's window had spent when it was placed. */
        long chargedBefore;
        /** Of the entry that made it final. */
        String kind = "";

        private List<Part> parts = List.of();
    }

    /** The outcome in words. */
    String place(
            String wallet,
            String id,
            long least,
            long want,
            long tokensLeast,
            long tokensWant,
            List<Ask> asks,
            List<CapDemands.Covered> covered,
            boolean observed) {
        String notRefused = "";
        Exchange known = exchanges.get(id);
        if (known != null) {
            return known.state.equals("OPEN") ? placed(known) : "DONE";
        }
        Purse purse = purses.get(wallet);
        long half = Math.floorDiv(purse.balance - purse.held, 2);
        long tokens = tokensWant;
        long reserved = 0;
        long chargedBefore = 0;
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
            String no = "";
            if (cap.unit == CapUnit.BUNDLE) {
                reserved = Math.max(0, Math.min(Math.max(tokensLeast, tokensWant), left));
                for (CapDemands.Covered row : covered) {
                    if (reserved >= row.tokens()) {
                        least = row.min().nano();
                        want = row.want().nano();
                    }
                }
                continue;
            }
            if (cap.unit == CapUnit.VOLUME) {
                chargedBefore = cap.spentAt(ask.window);
                continue;
            }
            if (cap.unit == CapUnit.RATE) {
                long level = cap.levelAt(ask.window, ask.limit);
                no = level + cap.step > ask.limit * cap.step
                        ? "CAP " + i + " " + Math.ceilDiv(level, cap.step) + " 0"
                        : "";
            } else if (needed(cap, least, tokensLeast, ask.limit) > left) {
                no = "CAP " + i + " " + cap.spentAt(ask.window) + " " + cap.heldAt(ask.window);
            }
            if (!no.isEmpty() && !observed) {
                return no;
            }
            notRefused = notRefused.isEmpty() ? no : notRefused;
            if (cap.unit == CapUnit.USD) {
                half = Math.min(half, Math.floorDiv(left, 2));
            } else if ((cap.unit == CapUnit.TOKENS || cap.unit == CapUnit.TOKEN_RATE)
                    && tokens > left / 2
                    && !observed) {
                tokens = Math.min(tokens, Math.max(tokensLeast, left / 2));
            }
        }
        if (purse.balance - purse.held < least) {
            if (!observed) {
                return "FUNDS";
            }
            notRefused = notRefused.isEmpty() ? "FUNDS" : notRefused;
        }
        Exchange placed = new Exchange();
        placed.purse = purse;
        placed.observed = observed;
        placed.notRefused = notRefused;
        placed.chargedBefore = chargedBefore;
        placed.amount = want > half && !observed ? Math.min(want, Math.max(least, half)) : want;
        placed.tokens = asks.isEmpty() ? 0 : tokens;
        long ofBundle = reserved;
        placed.parts = asks.stream()
                .filter(ask -> ask.counter.unit != CapUnit.RATE && (ask.counter.unit != CapUnit.BUNDLE || ofBundle > 0))
                .map(ask -> new Part(
                        ask.counter,
                        ask.window,
                        ask.counter.unit == CapUnit.BUNDLE ? ofBundle : part(ask, placed.amount, placed.tokens)))
                .toList();
        for (Ask ask : asks) {
            if (ask.counter.unit == CapUnit.RATE) {
                long before = ask.counter.levelAt(ask.window, ask.limit);
                // no fuller than full, where nothing is enforced
                ask.counter.level = Math.max(before, Math.min(before + ask.counter.step, ask.limit * ask.counter.step));
                ask.counter.levelMs = ask.window;
            }
        }
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
        return ("OK " + exchange.amount + " " + exchange.tokens + " " + exchange.notRefused).strip();
    }

    private static long needed(Counter cap, long usd, long tokens, long limit) {
        return switch (cap.unit) {
            case USD -> usd;
            case TOKENS -> tokens;
            case TOKEN_RATE -> Math.max(1, Math.min(tokens, limit));
            case REQUESTS, OPEN, RATE -> 1;
            case BUNDLE, VOLUME -> 0;
        };
    }

    /** What is known of each cap that holds it, and the bucket that now is in. */
    record Known(long version, long limit, long bucket) {}

    /** The outcome in words. */
    String extend(
            String id, long least, long want, long tokensLeast, long tokensWant, Function<Counter, Known> knowing) {
        Exchange known = exchanges.get(id);
        if (known == null || !known.state.equals("OPEN")) {
            return known == null ? "NO_HOLD" : known.state.equals("FINAL") ? "DONE" : "EXPIRED";
        }
        boolean tokensAsked = !known.parts.isEmpty() && tokensLeast > known.tokens;
        boolean asked = least > known.amount || tokensAsked;
        long room = known.purse.balance - known.purse.held;
        long tokensRoom = tokensWant - known.tokens;
        for (int i = 0; asked && i < known.parts.size(); i++) {
            Part part = known.parts.get(i);
            Counter cap = part.counter;
            if (cap.removed) {
                continue;
            }
            Known of = knowing.apply(cap);
            if (of.version < cap.version) {
                return "STALE_CAP " + i;
            }
            long window = cap.step > 0 ? of.bucket : part.window;
            long left = of.limit - cap.spentAt(window) - cap.heldAt(window);
            long need = cap.unit == CapUnit.USD
                    ? least - known.amount
                    : cap.unit == CapUnit.TOKENS
                            ? tokensLeast - known.tokens
                            : cap.unit == CapUnit.TOKEN_RATE ? Math.min(tokensLeast, of.limit) - part.held : 0;
            if (need > 0 && need > left) {
                return "CAP " + i + " " + cap.spentAt(window) + " " + cap.heldAt(window);
            }
            if (cap.unit == CapUnit.USD) {
                room = Math.min(room, left);
            } else if (cap.unit == CapUnit.TOKENS) {
                tokensRoom = Math.min(tokensRoom, left);
            } else if (cap.unit == CapUnit.TOKEN_RATE && part.held < of.limit && part.held + left < of.limit) {
                tokensRoom = Math.min(tokensRoom, part.held + left - known.tokens);
            }
        }
        long more = 0;
        if (least > known.amount) {
            if (known.purse.balance - known.purse.held < least - known.amount) {
                return "FUNDS";
            }
            more = Math.min(want - known.amount, room);
        }
        long moreTokens = tokensAsked ? Math.min(tokensWant - known.tokens, tokensRoom) : 0;
        known.amount += more;
        known.purse.held += more;
        known.tokens += moreTokens;
        List<Part> parts = new ArrayList<>();
        for (Part part : known.parts) {
            // removed while nothing was held: it is not there any more
            boolean absent = part.counter.removed && part.counter.heldInAll() == 0;
            long its = switch (part.counter.unit) {
                case USD -> absent ? 0 : more;
                case TOKENS -> absent ? 0 : moreTokens;
                case TOKEN_RATE ->
                    asked && !part.counter.removed
                            ? Math.min(known.tokens, Math.max(knowing.apply(part.counter).limit, part.held)) - part.held
                            : 0;
                case REQUESTS, RATE, OPEN, BUNDLE, VOLUME -> 0;
            };
            part.counter.held.merge(part.window, its, Long::sum);
            parts.add(new Part(part.counter, part.window, part.held + its));
        }
        known.parts = parts;
        // a rate alone holds nothing that could be more
        return "OK " + known.amount + " " + (parts.isEmpty() ? 0 : known.tokens);
    }

    /** The counters that hold an exchange, in the order of its place. */
    List<Counter> holding(String id) {
        Exchange known = exchanges.get(id);
        return known == null
                ? List.of()
                : known.parts.stream().map(Part::counter).toList();
    }

    private static long part(Ask ask, long usd, long tokens) {
        return ask.counter.unit == CapUnit.TOKEN_RATE
                ? Math.min(tokens, ask.limit)
                : needed(ask.counter, usd, tokens, ask.limit);
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
        boolean open = known.state.equals("OPEN");
        known.kind = !open
                ? exchanges.get(id).amount == 0 && known.captured == 0 && known.parts.isEmpty() ? "" : "late"
                : total == 0 ? "release" : total > known.amount ? "overrun" : "settle";
        taken(known, total, tokens, total > 0 || tokens > 0 || came, false);
        if (known.kind.equals("settle") && known.observed && known.purse.balance < 0) {
            known.kind = "unenforced";
        }
        known.state = "FINAL";
        known.fingerprint = fingerprint;
        return true;
    }

    boolean expire(String id) {
        Exchange known = exchanges.get(id);
        if (known == null || !known.state.equals("OPEN")) {
            return false;
        }
        taken(known, known.accrued, known.accruedTokens, known.accrued > 0 || known.accruedTokens > 0, true);
        known.state = "EXPIRED";
        return true;
    }

    private void taken(Exchange exchange, long total, long tokens, boolean request, boolean expires) {
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
                case USD, VOLUME -> total - exchange.captured;
                case TOKENS, TOKEN_RATE -> tokens - exchange.capturedTokens;
                case REQUESTS -> open && request ? 1 : 0;
                case OPEN, RATE -> 0;
                // an expiry keeps all of them, the last word gives back what was not used
                case BUNDLE -> (expires ? part.held : Math.min(part.held, tokens)) - (open ? 0 : part.held);
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
        cap.level = 0;
        cap.version = Math.max(cap.version, version);
    }
}
