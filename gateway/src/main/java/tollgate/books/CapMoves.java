package tollgate.books;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tollgate.records.Ledger;
import tollgate.wallet.GrantMove;

/** What ledger entries say of caps: by how much each moved a counter, and in which window. Stateless. */
final class CapMoves {
    /** Unit of what is no cap: {@code over,v,version,nano-USD}. */
    private static final String OVERRUNS = "v";

    private CapMoves() {}

    /**
     * One counter moved by one entry.
     *
     * @param counter {@code cap:subject}
     * @param unit {@code u}, {@code t}, {@code r}, {@code f}, {@code b} or {@code y}, or {@code m} of a counter that moves with its organisation
     * @param start of the window, or the number of the bucket of a rolling one
     * @param moved nano-USD, tokens or requests
     */
    record Move(String counter, String unit, long start, long moved) {
        /** Tokens of a bundle. */
        boolean ofBundle() {
            return unit.equals("b");
        }
    }

    /** What the overruns of the entry's wallet come to by it: {@code version of its state,nano-USD}; empty where it changes nothing. */
    static String overruns(String caps) {
        for (String part : caps.split(";", -1)) {
            String[] fields = part.split(",", -1);
            if (fields.length == 4 && fields[1].equals(OVERRUNS)) {
                return fields[2] + "," + fields[3];
            }
        }
        return "";
    }

    /** The moves of one entry; none of a reset, and none of grants. */
    static List<Move> of(String caps) {
        List<Move> moves = new ArrayList<>();
        for (String part : caps.split(";", -1)) {
            String[] fields = part.split(",", -1);
            if (fields.length >= 4 && !GrantMove.isUnit(fields[1]) && !fields[1].equals(OVERRUNS)) {
                moves.add(new Move(fields[0], fields[1], Long.parseLong(fields[2]), Long.parseLong(fields[3])));
            }
        }
        return moves;
    }

    /** What was taken of grants for an exchange and not given back, by all of its entries. */
    static List<GrantMove> burnt(List<Ledger.Entry> entries) {
        return GrantMove.taken(entries.stream()
                .flatMap(entry -> GrantMove.of(entry.caps()).stream())
                .toList());
    }

    /** The tokens that were taken of a bundle for an exchange, by all of its entries. */
    static long bundle(List<Ledger.Entry> entries) {
        return entries.stream()
                .flatMap(entry -> of(entry.caps()).stream())
                .filter(Move::ofBundle)
                .mapToLong(Move::moved)
                .sum();
    }

    /** The tokens that caps counted of an exchange, by all of its entries; -1 where it has none. */
    static long tokens(List<Ledger.Entry> entries) {
        long tokens = entries.isEmpty() ? -1 : 0;
        for (Ledger.Entry entry : entries) {
            tokens += of(entry.caps()).stream()
                    .filter(move -> move.unit().equals("t") || move.unit().equals("f"))
                    // a rate's window is over long before a cap's
                    .max(Comparator.comparing(Move::unit))
                    .map(Move::moved)
                    .orElse(0L);
        }
        return tokens;
    }
}
