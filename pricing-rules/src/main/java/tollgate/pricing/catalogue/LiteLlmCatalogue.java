package tollgate.pricing.catalogue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** LiteLLM's price map as cards: each key one card of that name. */
final class LiteLlmCatalogue {
    private LiteLlmCatalogue() {}

    static List<CardDraft> cards(JsonFields catalogue, ImportReport report) {
        Map<String, CardDraft> cards = new LinkedHashMap<>();
        for (String key : catalogue.names()) {
            int line = catalogue.line(key);
            JsonFields entry = catalogue.object(key).orElse(null);
            if (entry == null) {
                report.without(key, line, "expected an object");
            } else if (key.equals("sample_spec")) {
                report.without(key, line, "documentation of the format, not a model");
            } else {
                CardDraft card = new LiteLlmEntry(key, entry, report).card();
                if (card.hasRates()) {
                    cards.put(key, card);
                } else {
                    report.without(key, line, "no price that a card can say, or of the answer alone");
                }
            }
        }
        sizes(cards);
        return new ArrayList<>(cards.values());
    }

    /** The sizes and qualities of a model have keys of their own: its own card has them as variants, too. */
    private static void sizes(Map<String, CardDraft> cards) {
        for (CardDraft card : List.copyOf(cards.values())) {
            BigDecimal usd = card.base.usd.get("image");
            PictureKey.of(card.name).ifPresent(picture -> {
                CardDraft model = cards.get(picture.model());
                if (model != null && usd != null) {
                    model.variants.add(new CardDraft.Variant(picture.when(), "image", usd));
                    if (!card.notes.isEmpty() && model.notes.isEmpty()) {
                        model.notes.add(
                                "pictures by size are the catalogue's rates a pixel times pixels, not list prices");
                    }
                }
            });
        }
    }
}
