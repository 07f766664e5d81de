package tollgate.journal;

import java.util.Arrays;
import java.util.Base64;

/**
 * The facts of an exchange as a text, for whoever keeps them elsewhere than in a meter slot: in the journal's layouts, read
 * as long as those are. Stateless.
 */
public final class PackedFacts {
    private static final int MOST = 16 << 10;

    private PackedFacts() {}

    /** Facts as a text; the client's own texts are left out where they do not fit. */
    public static String text(ExchangeFacts facts) {
        PackedWriter to = new PackedWriter();
        JournalCodec.facts(to, facts, MOST);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(to.buffer(), to.length()));
    }

    /**
     * The facts of a text.
     *
     * @throws IllegalArgumentException where it is none
     */
    public static ExchangeFacts of(String text) {
        try {
            return JournalCodec.facts(Base64.getDecoder().decode(text));
        } catch (PackedReader.Damaged damaged) {
            throw new IllegalArgumentException("facts of an exchange: damaged", damaged);
        }
    }
}
