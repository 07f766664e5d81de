package tollgate.pricing.catalogue;

import java.util.List;
import java.util.regex.Pattern;

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
        if (cards.isEmpty()) {
            throw catalogue.invalid("no model with a price (expected: a catalogue of " + format.label() + ")");
        }
        String comment = "Imported from " + format.label() + ": names and figures are the catalogue's.";
        String yaml = CardText.of(comment, format.label(), file, seen, cards, report);
        return new CatalogueImport(yaml, cards.size(), report.lines());
    }

    /** How many models of the catalogue have no card. */
    public long missing() {
        return notExpressed.stream()
                .filter(each -> each.field().isEmpty() && !each.imported())
                .count();
    }
}
