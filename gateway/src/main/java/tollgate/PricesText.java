package tollgate;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.pricing.Markup;
import tollgate.pricing.RateCard;
import tollgate.pricing.Usd;
import tollgate.proxy.PinnedPrices;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The prices that a job began with, as JSON: its rate card, part by part, and its markup. Stateless. */
final class PricesText {
    private static final Logger LOG = LoggerFactory.getLogger(PricesText.class);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private PricesText() {}

    static JsonNode written(PinnedPrices prices) {
        ObjectNode text = MAPPER.createObjectNode();
        text.set("card", MAPPER.valueToTree(prices.card()));
        text.put("markup_percent", prices.markup().percent());
        text.put("markup_fixed", prices.markup().fixed().toString());
        return text;
    }

    /** The prices of a text; null where there are none, or only another release could read them. */
    static @Nullable PinnedPrices read(JsonNode text) {
        if (!text.isObject()) {
            return null;
        }
        try {
            RateCard card = MAPPER.treeToValue(text.path("card"), RateCard.class);
            Markup markup = Markup.percent(text.path("markup_percent").decimalValue())
                    .plusFixed(Usd.parse(text.path("markup_fixed").asString()));
            return new PinnedPrices(card, markup);
        } catch (JacksonException | IllegalArgumentException unreadable) {
            LOG.error("prices of a job cannot be read: {}", unreadable.getMessage());
            return null;
        }
    }
}
