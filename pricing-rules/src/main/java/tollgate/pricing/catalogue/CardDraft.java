package tollgate.pricing.catalogue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A card in the making: the rates of one model of a catalogue, in dollars for one unit, exactly. Not thread-safe; filled
 * by a reader and written once.
 */
final class CardDraft {
    /** Rates of one situation: the base, a long prompt, a service tier. */
    static final class Rates {
        /** Unit class to dollars for one unit. */
        final Map<String, BigDecimal> usd = new LinkedHashMap<>();

        /** Service tier to its rates. */
        final SortedMap<String, Rates> tiers = new TreeMap<>();

        /** A factor on token rates; null where there is none. */
        @Nullable
        BigDecimal factor;

        Rates tier(String name) {
            return tiers.computeIfAbsent(name, _ -> new Rates());
        }

        boolean isEmpty() {
            return usd.isEmpty() && factor == null && tiers.isEmpty();
        }
    }

    /** A rate that holds where something particular was asked for. */
    record Variant(Map<String, String> when, String unit, BigDecimal usd) {}

    /** The catalogue's key, and the line of its entry. */
    final String key;

    final int line;
    final String name;
    final Rates base = new Rates();

    /** Prompt tokens to the rates of longer prompts. */
    final SortedMap<Long, Rates> above = new TreeMap<>();

    final SortedMap<String, BigDecimal> regions = new TreeMap<>();
    final List<Variant> variants = new ArrayList<>();
    final List<String> notes = new ArrayList<>();
    String provider = "";
    String service = "";
    String source = "";

    /** Tokens of prompt and answer; 0: unknown. */
    long context;

    /** Tokens of one answer; 0: unknown. */
    long maxOutputTokens;

    CardDraft(String key, int line, String name) {
        this.key = key;
        this.line = line;
        this.name = name;
    }

    /** The rates of prompts above a number of tokens; of every prompt for 0. */
    Rates rates(long abovePromptTokens) {
        return abovePromptTokens == 0 ? base : above.computeIfAbsent(abovePromptTokens, _ -> new Rates());
    }

    /** The rates of a situation. */
    Rates rates(long abovePromptTokens, String tier) {
        Rates rates = rates(abovePromptTokens);
        return tier.isEmpty() ? rates : rates.tier(tier);
    }

    /** It says what something costs. */
    boolean hasRates() {
        return !base.usd.isEmpty() || !variants.isEmpty();
    }
}
