package tollgate.pricing.catalogue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.InvalidRateCard;
import tollgate.pricing.RateCardFile;

/**
 * A catalogue as a rate card file, and what of it the file does not say. Immutable.
 *
 * <p>Names and figures are the catalogue's: nothing is corrected, rounded or left out for being unlikely; that is for
 * {@code price check}. An explicit zero is a price and written as {@code free}; a null is none. Prices in dollars for one
 * unit become dollars for a million, digit by digit.
 *
 * @param yaml the file
 * @param cards how many models it has
 * @param notExpressed in the order of the catalogue
 */
public record CatalogueImport(String yaml, int cards, List<NotExpressed> notExpressed) {
    private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");

    /** Copies what could change. */
    public CatalogueImport {
        notExpressed = List.copyOf(notExpressed);
    }

    /**
     * Reads a catalogue.
     *
     * @param file what complaints and the cards' source call it
     * @param text the catalogue, JSON
     * @param seen the day of its figures: {@code 2026-08-01}
     * @throws InvalidCatalogue where the text is no such catalogue; it names the line
     */
    public static CatalogueImport read(CatalogueFormat format, String file, String text, String seen) {
        if (!DAY.matcher(seen).matches()) {
            throw new IllegalArgumentException("seen: '" + seen + "' (expected: a day, 2026-08-01)");
        }
        JsonFields catalogue = JsonFields.parse(file, text);
        ImportReport report = new ImportReport();
        List<CardDraft> cards = switch (format) {
            case LITELLM -> LiteLlmCatalogue.cards(catalogue, report);
            case MODELS_DEV -> ModelsDevCatalogue.cards(catalogue, report);
        };
        List<CardDraft> usable = usable(cards, format, file, seen, report);
        if (usable.isEmpty()) {
            throw catalogue.invalid("no model with a price (expected: a catalogue of " + format.label() + ")"
                    + report.lines().stream()
                            .findFirst()
                            .map(said -> "; " + said.key() + ": " + said.reason())
                            .orElse(""));
        }
        return new CatalogueImport(text(usable, format, file, seen, report), usable.size(), report.lines());
    }

    /** The cards without those that no rate card may say: a price beyond reason, a factor of nothing. */
    private static List<CardDraft> usable(
            List<CardDraft> cards, CatalogueFormat format, String file, String seen, ImportReport report) {
        if (complaint(cards, format, file, seen) == null) {
            return cards;
        }
        List<CardDraft> usable = new ArrayList<>();
        for (CardDraft card : cards) {
            String complaint = complaint(List.of(card), format, file, seen);
            if (complaint == null) {
                usable.add(card);
            } else {
                report.without(card.key, card.line, complaint);
            }
        }
        return usable;
    }

    private static @Nullable String complaint(List<CardDraft> cards, CatalogueFormat format, String file, String seen) {
        try {
            RateCardFile.read("", text(cards, format, file, seen, new ImportReport()));
            return null;
        } catch (InvalidRateCard refused) {
            return String.valueOf(refused.getMessage()).replaceFirst("^:\\d+: ", "");
        }
    }

    private static String text(
            List<CardDraft> cards, CatalogueFormat format, String file, String seen, ImportReport report) {
        String comment = "Imported from " + format.label() + ": names and figures are the catalogue's.";
        return CardText.of(comment, format.label(), file, seen, cards, report);
    }

    /** How many models of the catalogue have no card. */
    public long missing() {
        return notExpressed.stream()
                .filter(each -> each.field().isEmpty() && !each.imported())
                .count();
    }
}
