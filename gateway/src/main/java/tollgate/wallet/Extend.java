package tollgate.wallet;

import java.util.List;
import tollgate.pricing.Usd;

/**
 * Asks to set more aside for an exchange that runs, and to keep its hold alive. States what is to be held in all: sent again
 * it changes nothing more.
 *
 * @param renewal whose hold it is, and what it has come to
 * @param min the least that will do; where that is held already, nothing more is asked for
 * @param want what is wanted; granted where wallet and caps allow it, else what they do allow, at least {@code min}
 * @param caps what has to allow it besides
 */
public record Extend(Renew renewal, Usd min, Usd want, Caps caps) {
    /**
     * The caps that hold it, in the order of the place, and the tokens that are to be held in all.
     *
     * @param held as the last reply said
     * @param known what is known of each by now
     * @param tokensMin the least number of tokens that will do
     * @param tokensWant the number that is wanted
     */
    public record Caps(HeldCaps held, List<Known> known, long tokensMin, long tokensWant) {
        /** No cap. */
        public static final Caps NONE = new Caps(HeldCaps.NONE, List.of(), 0, 0);

        /** Copies what could change. */
        public Caps {
            known = List.copyOf(known);
        }
    }

    /**
     * What the caller knows of a cap.
     *
     * @param version of it
     * @param limit the most that may be spent and held, in its unit
     */
    public record Known(long version, long limit) {}
}
