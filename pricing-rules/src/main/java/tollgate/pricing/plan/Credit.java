package tollgate.pricing.plan;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tollgate.pricing.Usd;

/**
 * Promotional money: it expires and is spent before the wallet's own.
 *
 * @param id of the grant
 * @param left what is left of it
 * @param expires the first moment at which it is worth nothing
 */
public record Credit(String id, Usd left, Instant expires) {
    /** So much of one grant. */
    public record Spent(String id, Usd amount) {}

    /**
     * What is taken of which grants for a charge, those that expire first before the others.
     *
     * @return at most the charge together; the rest is the wallet's
     */
    public static List<Spent> spend(List<Credit> credits, Usd charge, Instant now) {
        List<Credit> usable = new ArrayList<>(credits);
        usable.removeIf(credit -> !now.isBefore(credit.expires()));
        usable.sort(Comparator.comparing(Credit::expires).thenComparing(Credit::id));
        List<Spent> spent = new ArrayList<>();
        long open = charge.nano();
        for (Credit credit : usable) {
            long part = Math.min(open, credit.left().nano());
            if (part > 0) {
                spent.add(new Spent(credit.id(), new Usd(part)));
                open -= part;
            }
        }
        return spent;
    }
}
