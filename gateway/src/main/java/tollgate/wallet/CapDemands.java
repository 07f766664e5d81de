package tollgate.wallet;

import java.util.List;
import tollgate.pricing.Usd;

/**
 * The caps above one hold, the narrowest scope first, a bundle of tokens and a volume before them, and the tokens that the hold is for. Immutable.
 *
 * @param each at most {@link #MOST} caps
 * @param tokensMin the least number of tokens that will do
 * @param tokensWant the number that is wanted; granted where it is at most half of what each cap has left, else that half,
 *     but never less than {@code tokensMin}; where that is above what is wanted, it has to be free and what is wanted is held
 * @param covered what of the money has to be held where a bundle, the first of {@code each}, has so many tokens left, by
 *     number; without a bundle none
 */
public record CapDemands(List<CapDemand> each, long tokensMin, long tokensWant, List<Covered> covered) {
    /** How many caps may apply to one exchange. */
    public static final int MOST = 16;

    /** No cap. */
    public static final CapDemands NONE = new CapDemands(List.of(), 0, 0);

    /** No bundle is among them. */
    public CapDemands(List<CapDemand> each, long tokensMin, long tokensWant) {
        this(each, tokensMin, tokensWant, List.of());
    }

    /**
     * What has to be held where so many tokens are paid for.
     *
     * @param tokens that the bundle has left for it, at least
     * @param min the least that will do
     * @param want what is wanted
     */
    public record Covered(long tokens, Usd min, Usd want) {}

    /** Copies what could change. */
    public CapDemands {
        each = List.copyOf(each);
        covered = List.copyOf(covered);
    }
}
