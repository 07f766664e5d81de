package tollgate.wallet;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;

/** What the scripts should do, in memory and in a few lines: the judge of the model test. */
final class WalletModel {
    long balance;
    long held;
    long entries = 1;
    /** The last entry from before the commands. */
    long seen;

    boolean frozen;
    private long open;
    final Map<String, Exchange> exchanges = new HashMap<>();
    final Map<String, String> posted = new HashMap<>();

    /** Redis's clock. */
    long nowMs;
    /** When promotional money is due next; 0: there is none, -1: there never was. */
    long dueMs = -1;

    /** Since when open holds pin what is over; 0: they pin nothing. And what those that were placed before have left since. */
    private long pinnedMs;

    private long freed;

    final List<Grant> grants = new ArrayList<>();

    static final class Grant {
        final String id;
        final long expires;
        final int priority;
        long rest;

        Grant(String id, long expires, int priority, long rest) {
            this.id = id;
            this.expires = expires;
            this.priority = priority;
            this.rest = rest;
        }
    }

    static final class Exchange {
        String state = "OPEN";
        long amount;
        long accrued;
        long captured;
        boolean outlived;
        String fingerprint = "";
        long placedMs;
        long endMs;
        /** What it took of grants, in that order. */
        final List<Grant> burnt = new ArrayList<>();
    }

    /** What Redis has a record of. */
    private @Nullable Exchange known(String id) {
        Exchange known = exchanges.get(id);
        return known == null || known.state.equals("GONE") ? null : known;
    }

    /** What a place grants; -1 where it is refused, -2 where promotional money is due. */
    long place(String id, long least, long want) {
        Exchange known = known(id);
        if (known != null) {
            return known.state.equals("OPEN") ? known.amount : -1;
        }
        long available = balance - held;
        if (!frozen && dueMs > 0 && dueMs <= nowMs) {
            return -2;
        }
        if (frozen || available < least) {
            return -1;
        }
        long granted = want > available / 2 ? Math.min(want, Math.max(least, available / 2)) : want;
        Exchange placed = new Exchange();
        placed.amount = granted;
        placed.placedMs = dueMs == -1 ? 0 : nowMs;
        placed.endMs = nowMs + 3_600_000;
        exchanges.put(id, placed);
        held += granted;
        open++;
        return granted;
    }

    /** The word that answers a renewal. */
    String renew(String id, long accrued) {
        Exchange known = exchanges.get(id);
        if (known == null || known.state.equals("GONE")) {
            return "NO_HOLD";
        }
        if (!known.state.equals("OPEN")) {
            return known.state.equals("FINAL") ? "DONE" : "EXPIRED";
        }
        if (known.outlived || known.endMs <= nowMs) {
            return "MAX_LIFE";
        }
        known.accrued = Math.max(known.accrued, Math.min(accrued, known.amount));
        return "OK";
    }

    /** The word that answers an extension, and what is held then. */
    String extend(String id, long min, long want, long accrued) {
        Exchange known = exchanges.get(id);
        if (known == null || !known.state.equals("OPEN") || known.outlived || known.endMs <= nowMs) {
            return renew(id, accrued);
        }
        if (min > known.amount) {
            if (dueMs > 0 && dueMs <= nowMs) {
                return "GRANT_DUE";
            }
            long available = balance - held;
            if (available < min - known.amount) {
                return "FUNDS";
            }
            long granted = Math.min(want, known.amount + available);
            held += granted - known.amount;
            known.amount = granted;
        }
        return renew(id, accrued) + " " + known.amount;
    }

    /** It has left with nothing open, and come again. */
    void moved() {
        entries += 2;
        pinnedMs = 0;
        freed = 0;
        dueMs = grants.stream().mapToLong(each -> each.expires).min().orElse(0);
    }

    /** Its longest life is over, if it is open. */
    boolean outlive(String id) {
        Exchange known = exchanges.get(id);
        if (known == null || !known.state.equals("OPEN")) {
            return false;
        }
        known.outlived = true;
        return true;
    }

    /** Its record goes, if it is final. */
    boolean forget(String id) {
        Exchange known = exchanges.get(id);
        if (known == null || !known.state.equals("FINAL")) {
            return false;
        }
        known.state = "GONE";
        return true;
    }

    long captured(String id) {
        Exchange known = exchanges.get(id);
        return known == null ? 0 : known.captured;
    }

    long open() {
        return open;
    }

    /** As a settlement, but that what is gone or was never here is booked by what the caller says was captured. */
    boolean replay(String id, String fingerprint, long total) {
        Exchange known = exchanges.get(id);
        if (known == null || known.state.equals("GONE")) {
            Exchange gone = new Exchange();
            gone.state = "EXPIRED";
            gone.captured = captured(id);
            gone.burnt.addAll(burnt(id));
            if (Math.abs(balance + gone.captured - total) > Usd.MAX_NANO) {
                return false;
            }
            exchanges.put(id, gone);
        }
        return settle(id, fingerprint, total);
    }

    /** Whether the settlement is booked, now or before. */
    boolean settle(String id, String fingerprint, long total) {
        Exchange known = known(id);
        if (known != null && known.state.equals("FINAL")) {
            return known.fingerprint.equals(fingerprint);
        }
        if (known != null && Math.abs(balance + known.captured - total) > Usd.MAX_NANO) {
            return false;
        }
        if (known == null) {
            if (total != 0) {
                return false;
            }
            known = new Exchange();
            known.state = "EXPIRED";
            exchanges.put(id, known);
        }
        if (known.state.equals("OPEN")) {
            held -= known.amount;
            open--;
        }
        moved(known, total);
        unpinned(known, total);
        balance += known.captured - total;
        known.captured = total;
        known.state = "FINAL";
        known.fingerprint = fingerprint;
        entries++;
        return true;
    }

    boolean expire(String id) {
        Exchange known = exchanges.get(id);
        if (known == null || !known.state.equals("OPEN")) {
            return false;
        }
        held -= known.amount;
        open--;
        moved(known, known.accrued);
        unpinned(known, known.accrued);
        known.captured = known.accrued;
        balance -= known.accrued;
        known.state = "EXPIRED";
        entries++;
        return true;
    }

    boolean post(String entry, long amount, boolean force) {
        String before = posted.get(entry);
        if (before != null) {
            return before.equals(Long.toString(amount));
        }
        long after = balance + amount;
        if ((amount < 0 && !force && balance - held + amount < 0) || Math.abs(after) > Usd.MAX_NANO) {
            return false;
        }
        posted.put(entry, Long.toString(amount));
        if (amount < 0) {
            burn(-amount, nowMs, new ArrayList<>());
        }
        balance = after;
        entries++;
        return true;
    }

    // promotional money

    private static final Comparator<Grant> ORDER = Comparator.<Grant>comparingInt(grant -> grant.priority)
            .thenComparingLong(grant -> grant.expires)
            .thenComparing(grant -> grant.id);

    /** Whether it is given, now or before. */
    boolean grant(String entry, GrantMove terms) {
        String before = posted.get(entry);
        if (before != null) {
            return before.equals(terms.toString());
        }
        if (grants.size() >= 16 || balance + terms.moved() > Usd.MAX_NANO) {
            return false;
        }
        posted.put(entry, terms.toString());
        give(new Grant(terms.grant(), terms.expiresMs(), terms.priority(), 0), terms.moved());
        lookedAtAnew();
        balance += terms.moved();
        entries++;
        return true;
    }

    /** An open hold ends: what it pinned may expire at once. */
    private void unpinned(Exchange known, long total) {
        if (known.state.equals("OPEN") && pinnedMs > 0 && known.placedMs < pinnedMs) {
            freed += Math.max(0, known.amount - total);
            dueMs = nowMs;
        }
    }

    /** What came to a grant that is over is pinned by nobody. */
    private void lookedAtAnew() {
        if (dueMs <= nowMs) {
            pinnedMs = 0;
        }
    }

    /** What is over goes, as far as it is not held; the rest when its holds leave it, and no other money in its place. */
    void expireGrants() {
        if (dueMs <= 0 || dueMs > nowMs) {
            return;
        }
        long left = Math.max(0, balance - held);
        long taken = 0;
        long since = pinnedMs;
        freed = since > 0 ? freed : 0;
        dueMs = 0;
        pinnedMs = 0;
        for (Grant grant : List.copyOf(grants)) {
            if (grant.expires > nowMs) {
                due(grant.expires);
                continue;
            }
            boolean known = grant.expires <= since;
            long part = Math.min(Math.min(grant.rest, left - taken), known ? freed : Usd.MAX_NANO);
            grant.rest -= part;
            taken += part;
            freed -= known ? part : 0;
            if (grant.rest > 0) {
                pinnedMs = Math.max(pinnedMs, known ? since : nowMs);
            } else {
                grants.remove(grant);
            }
        }
        if (dueMs == 0 && !grants.isEmpty()) {
            dueMs = Usd.MAX_NANO;
        }
        if (taken > 0) {
            balance -= taken;
            entries++;
        }
    }

    /** What a refund of so much gives back to the grants that an exchange took from, the one taken last first. */
    List<GrantMove> refundable(String id, long amount) {
        List<GrantMove> parts = new ArrayList<>();
        long left = amount;
        for (Grant burnt : burnt(id).reversed()) {
            long part = Math.min(left, burnt.rest);
            if (part > 0) {
                parts.add(new GrantMove(burnt.id, burnt.expires, burnt.priority, part));
                left -= part;
            }
        }
        return parts;
    }

    boolean refund(String entry, long amount, List<GrantMove> parts) {
        String print = amount + parts.toString();
        String before = posted.get(entry);
        if (before != null) {
            return before.equals(print);
        }
        if (balance + amount > Usd.MAX_NANO) {
            return false;
        }
        posted.put(entry, print);
        parts.forEach(part -> give(new Grant(part.grant(), part.expiresMs(), part.priority(), 0), part.moved()));
        if (!parts.isEmpty()) {
            lookedAtAnew();
        }
        balance += amount;
        entries++;
        return true;
    }

    List<Grant> burnt(String id) {
        Exchange known = exchanges.get(id);
        return known == null ? List.of() : known.burnt;
    }

    /** An exchange comes to another total: more takes grants first, less gives back the wallet's own money first. */
    private void moved(Exchange exchange, long total) {
        long more = total - exchange.captured;
        if (more > 0) {
            burn(more, exchange.placedMs, exchange.burnt);
            return;
        }
        long granted = exchange.burnt.stream().mapToLong(each -> each.rest).sum();
        long keeps = Math.min(total, granted);
        boolean givesBack = more < 0 && granted > keeps;
        for (Grant burnt : exchange.burnt.reversed()) {
            long part = Math.min(burnt.rest, granted - keeps);
            if (part > 0) {
                give(burnt, part);
                burnt.rest -= part;
                granted -= part;
            }
        }
        exchange.burnt.removeIf(each -> each.rest == 0);
        if (givesBack) {
            lookedAtAnew();
        }
    }

    private void burn(long amount, long whenMs, List<Grant> into) {
        long left = amount;
        for (Grant grant : List.copyOf(grants)) {
            long part = grant.expires > whenMs ? Math.min(left, grant.rest) : 0;
            if (part > 0) {
                left -= part;
                grant.rest -= part;
                into.add(new Grant(grant.id, grant.expires, grant.priority, part));
            }
        }
        if (grants.removeIf(grant -> grant.rest == 0) && grants.isEmpty()) {
            dueMs = 0;
            pinnedMs = 0;
        }
    }

    private void give(Grant to, long amount) {
        Grant grant = grants.stream()
                .filter(each -> each.id.equals(to.id))
                .findFirst()
                .orElseGet(() -> {
                    Grant again = new Grant(to.id, to.expires, to.priority, 0);
                    grants.add(again);
                    grants.sort(ORDER);
                    return again;
                });
        grant.rest += amount;
        due(to.expires);
    }

    private void due(long ms) {
        dueMs = dueMs <= 0 ? ms : Math.min(dueMs, ms);
    }
}
