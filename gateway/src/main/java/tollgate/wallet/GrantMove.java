package tollgate.wallet;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * By how much an entry moved a grant of promotional money; also one grant of a posting, with its amount. Immutable.
 *
 * @param grant its id: letters, digits and {@code _}
 * @param expiresMs when it is over, in milliseconds of Redis's clock; {@link #NEVER_MS} for never
 * @param priority what is spent first has the lowest, 0 to 100
 * @param moved nano-USD, signed
 */
public record GrantMove(String grant, long expiresMs, int priority, long moved) {
    /** When a grant is over that never is. */
    public static final long NEVER_MS = 9_000_000_000_000_000L;

    private static final String UNIT = "g";

    /** Those of an entry's vector {@code grant,g,expires,moved,priority;…}, whatever else it moved. */
    public static List<GrantMove> of(String vector) {
        List<GrantMove> moves = new ArrayList<>();
        for (String part : vector.split(";", -1)) {
            String[] fields = part.split(",", -1);
            if (fields.length == 5 && fields[1].equals(UNIT)) {
                moves.add(new GrantMove(
                        fields[0], Long.parseLong(fields[2]), Integer.parseInt(fields[4]), Long.parseLong(fields[3])));
            }
        }
        return moves;
    }

    /** Whether a unit of an entry's vector is that of grants. */
    public static boolean isUnit(String unit) {
        return unit.equals(UNIT);
    }

    /** What {@link #text} made. */
    public static List<GrantMove> parse(String text) {
        List<GrantMove> moves = new ArrayList<>();
        for (String part : text.isEmpty() ? new String[0] : text.split(";", -1)) {
            moves.add(one(part));
        }
        return moves;
    }

    /**
     * One of them.
     *
     * @throws IllegalArgumentException where it is none
     */
    static GrantMove one(String text) {
        String[] fields = text.split(",", -1);
        if (fields.length != 4) {
            throw new IllegalArgumentException("grant: '" + text + "' (expected: id,expires,priority,amount)");
        }
        return new GrantMove(
                fields[0], Long.parseLong(fields[1]), Integer.parseInt(fields[2]), Long.parseLong(fields[3]));
    }

    /** As scripts take them: {@code grant,expires,priority,moved;…}. */
    public static String text(List<GrantMove> moves) {
        return moves.stream()
                .map(each -> each.grant + "," + each.expiresMs + "," + each.priority + "," + each.moved)
                .collect(Collectors.joining(";"));
    }

    /**
     * What was taken of grants and not given back, in the order in which it was taken, as amounts above zero.
     *
     * @param moves in the order they were made: below zero what was taken, above what was given back
     */
    public static List<GrantMove> taken(List<GrantMove> moves) {
        List<GrantMove> taken = new ArrayList<>();
        for (GrantMove move : moves) {
            if (move.moved < 0) {
                taken.add(move.moving(-move.moved));
            } else {
                giveBack(taken, move);
            }
        }
        return taken;
    }

    private static void giveBack(List<GrantMove> taken, GrantMove back) {
        long left = back.moved;
        for (int i = taken.size() - 1; i >= 0 && left > 0; i--) {
            GrantMove one = taken.get(i);
            if (one.grant.equals(back.grant)) {
                long part = Math.min(left, one.moved);
                left -= part;
                if (part == one.moved) {
                    taken.remove(i);
                } else {
                    taken.set(i, one.moving(one.moved - part));
                }
            }
        }
    }

    /** The same grant by another amount. */
    public GrantMove moving(long amount) {
        return new GrantMove(grant, expiresMs, priority, amount);
    }
}
