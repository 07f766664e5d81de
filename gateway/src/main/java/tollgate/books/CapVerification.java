package tollgate.books;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tollgate.records.Caps;
import tollgate.records.Ledger;
import tollgate.records.Records;
import tollgate.wallet.CapCounter;
import tollgate.wallet.ControlPort;
import tollgate.wallet.LedgerEntry;
import tollgate.wallet.OrganisationCounter;

/**
 * Checks the counters of caps (I3): what each holds is the sum of its open holds, what it has spent the sum of the ledger's
 * entries since it was made or reset. A counter that moves while it is looked at is looked at again. Stateless; blocks.
 */
final class CapVerification {
    private static final int BATCH = 500;
    private static final int LOOKS = 5;

    private final Records records;
    private final ControlPort control;

    CapVerification(Records records, ControlPort control) {
        this.records = records;
        this.control = control;
    }

    /** What is wrong with the counters of a shard, in words. */
    List<String> problems(int shard) {
        List<String> problems = new ArrayList<>();
        Set<String> agreed = new HashSet<>();
        for (int look = 0; look < LOOKS; look++) {
            problems.clear();
            if (look(shard, agreed, problems)) {
                return problems;
            }
        }
        return problems;
    }

    /** Whether nothing that did not agree was on the move. */
    private boolean look(int shard, Set<String> agreed, List<String> problems) {
        Map<String, CapCounter> before = counters(shard);
        Map<String, Map<Long, Long>> held = control.caps().held(shard);
        Map<String, Map<Long, Long>> spent = spent(shard, before);
        Map<String, CapCounter> after = counters(shard);
        boolean still = true;
        for (CapCounter counter : after.values()) {
            String name = counter.name();
            List<String> wrong = new ArrayList<>();
            held(counter, held.getOrDefault(name, Map.of()), wrong);
            spent(counter, spent.getOrDefault(name, Map.of()), wrong);
            if (wrong.isEmpty()) {
                agreed.add(name);
            } else if (!agreed.contains(name)) {
                problems.addAll(wrong);
                still &= counter.equals(before.get(name));
            }
        }
        for (String name : spent.keySet()) {
            if (!after.containsKey(name) && inForce(name) && isHere(name, shard)) {
                problems.add("cap " + name + ": Redis has no such counter, the ledger has entries of it");
            }
        }
        return problems.isEmpty() || still;
    }

    private boolean inForce(String name) {
        String cap = name.substring(0, Math.max(0, name.indexOf(':')));
        // nobody removes these
        return OrganisationCounter.is(cap)
                || records.caps()
                        .find(cap)
                        .filter(one -> one.removedMs() == null)
                        .isPresent();
    }

    /** Whether the organisation that a counter is of lives in a shard; one that moves lives nowhere. */
    private boolean isHere(String name, int shard) {
        String cap = name.substring(0, Math.max(0, name.indexOf(':')));
        String organisation = OrganisationCounter.is(cap)
                ? name.substring(name.indexOf(':') + 1)
                : records.caps().find(cap).map(Caps.Cap::organisation).orElse("");
        return records.organisations()
                .find(organisation)
                // nobody's: as before anything moved
                .map(of -> of.shard() == shard && !of.moving())
                .orElse(true);
    }

    private Map<String, CapCounter> counters(int shard) {
        Map<String, CapCounter> counters = new HashMap<>();
        control.caps().all(shard).forEach(counter -> counters.put(counter.name(), counter));
        return counters;
    }

    private static void held(CapCounter counter, Map<Long, Long> open, List<String> wrong) {
        Set<Long> windows = new HashSet<>(counter.held().keySet());
        windows.addAll(open.keySet());
        for (long window : windows) {
            long says = counter.held().getOrDefault(window, 0L);
            long sum = open.getOrDefault(window, 0L);
            if (says != sum) {
                wrong.add("cap " + counter.name() + " from " + window + ": Redis says that " + says
                        + " is held, its open exchanges come to " + sum);
            }
        }
    }

    private static void spent(CapCounter counter, Map<Long, Long> entries, List<String> wrong) {
        // a rate is no sum of entries: it forgets within its period
        if (counter.removed() || counter.rate()) {
            return;
        }
        counter.spent().forEach((window, says) -> {
            long sum = counter.rolling()
                    ? entries.entrySet().stream()
                            .filter(each -> each.getKey() >= window - 60)
                            .mapToLong(Map.Entry::getValue)
                            .sum()
                    : entries.getOrDefault(window, 0L);
            if (says != sum) {
                wrong.add("cap " + counter.name() + " from " + window + ": Redis says that " + says
                        + " is spent, its entries come to " + sum);
            }
        });
    }

    /** What the entries say, those that SQL does not have yet included: by counter and start of the window. */
    private Map<String, Map<Long, Long>> spent(int shard, Map<String, CapCounter> counters) {
        Map<String, Map<Long, Long>> sums = new HashMap<>();
        String position = records.shards().get(shard).streamId();
        long last = 0;
        List<Ledger.Entry> kept = records.ledger().capped(shard, last, BATCH);
        while (!kept.isEmpty()) {
            for (Ledger.Entry entry : kept) {
                add(sums, counters, entry.n(), entry.caps());
                last = entry.n();
            }
            kept = records.ledger().capped(shard, last, BATCH);
        }
        long drained = last;
        List<LedgerEntry> fresh = control.entries(shard, position, BATCH);
        while (!fresh.isEmpty()) {
            for (LedgerEntry entry : fresh) {
                if (entry.n() > drained) {
                    add(sums, counters, entry.n(), entry.caps());
                }
            }
            fresh = control.entries(shard, fresh.getLast().streamId(), BATCH);
        }
        return sums;
    }

    private static void add(Map<String, Map<Long, Long>> sums, Map<String, CapCounter> counters, long n, String caps) {
        for (CapMoves.Move move : CapMoves.of(caps)) {
            CapCounter counter = counters.get(move.counter());
            if (counter == null || n > counter.since()) {
                sums.computeIfAbsent(move.counter(), name -> new HashMap<>())
                        .merge(move.start(), move.moved(), Long::sum);
            }
        }
    }
}
