package tollgate.wallet;

import java.util.List;

/**
 * The caps above one hold, the narrowest scope first, and the tokens that the hold is for. Immutable.
 *
 * @param each at most {@link #MOST}
 * @param tokensMin the least number of tokens that will do
 * @param tokensWant the number that is wanted; granted where it is at most half of what each cap has left, else that half,
 *     but never less than {@code tokensMin}; where that is above what is wanted, it has to be free and what is wanted is held
 */
public record CapDemands(List<CapDemand> each, long tokensMin, long tokensWant) {
    /** How many caps may apply to one exchange. */
    public static final int MOST = 16;

    /** No cap. */
    public static final CapDemands NONE = new CapDemands(List.of(), 0, 0);

    /** Copies what could change. */
    public CapDemands {
        each = List.copyOf(each);
    }
}
