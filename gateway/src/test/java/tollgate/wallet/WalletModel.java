package tollgate.wallet;

import java.util.HashMap;
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
    final Map<String, Exchange> exchanges = new HashMap<>();
    final Map<String, Long> posted = new HashMap<>();

    static final class Exchange {
        String state = "OPEN";
        long amount;
        long accrued;
        long captured;
        boolean outlived;
        String fingerprint = "";
    }

    /** What Redis has a record of. */
    private @Nullable Exchange known(String id) {
        Exchange known = exchanges.get(id);
        return known == null || known.state.equals("GONE") ? null : known;
    }

    /** What a place grants; -1 where it is refused. */
    long place(String id, long least, long want) {
        Exchange known = known(id);
        if (known != null) {
            return known.state.equals("OPEN") ? known.amount : -1;
        }
        long available = balance - held;
        if (frozen || available < least) {
            return -1;
        }
        long granted = want > available / 2 ? Math.min(want, Math.max(least, available / 2)) : want;
        Exchange placed = new Exchange();
        placed.amount = granted;
        exchanges.put(id, placed);
        held += granted;
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
        if (known.outlived) {
            return "MAX_LIFE";
        }
        known.accrued = Math.max(known.accrued, Math.min(accrued, known.amount));
        return "OK";
    }

    /** The word that answers an extension, and what is held then. */
    String extend(String id, long min, long want, long accrued) {
        Exchange known = exchanges.get(id);
        if (known == null || !known.state.equals("OPEN") || known.outlived) {
            return renew(id, accrued);
        }
        if (min > known.amount) {
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
        return exchanges.values().stream()
                .filter(each -> each.state.equals("OPEN"))
                .count();
    }

    /** As a settlement, but that what is gone or was never here is booked by what the caller says was captured. */
    boolean replay(String id, String fingerprint, long total) {
        Exchange known = exchanges.get(id);
        if (known == null || known.state.equals("GONE")) {
            Exchange gone = new Exchange();
            gone.state = "EXPIRED";
            gone.captured = captured(id);
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
        }
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
        known.captured = known.accrued;
        balance -= known.accrued;
        known.state = "EXPIRED";
        entries++;
        return true;
    }

    boolean post(String entry, long amount, boolean force) {
        Long before = posted.get(entry);
        if (before != null) {
            return before == amount;
        }
        long after = balance + amount;
        if ((amount < 0 && !force && balance - held + amount < 0) || Math.abs(after) > Usd.MAX_NANO) {
            return false;
        }
        posted.put(entry, amount);
        balance = after;
        entries++;
        return true;
    }
}
