package tollgate.account;

import java.math.BigDecimal;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the holder of a key may see of an exchange: charges and not costs. A percentage on the cost is part of every rate
 * that is shown; lines and adjustments sum to the charge all the same. Stateless.
 */
final class HolderView {
    private HolderView() {}

    /** Makes the operator's document the holder's. */
    static void of(ObjectNode document) {
        document.remove("detail");
        document.remove("margin");
        for (JsonNode attempt : document.path("attempts")) {
            ((ObjectNode) attempt).remove("cost");
            ((ObjectNode) attempt).remove("estimated");
        }
        JsonNode markup = document.remove("markup");
        if (markup == null) {
            // written before there was a markup of its own for anybody
            return;
        }
        BigDecimal factor = decimal(markup, "percent").movePointLeft(2).add(BigDecimal.ONE);
        BigDecimal rest = decimal(document, "charge");
        for (JsonNode each : document.path("lines")) {
            ObjectNode line = (ObjectNode) each;
            line.put("rate", plain(decimal(line, "rate").multiply(factor)));
            BigDecimal subtotal = decimal(line, "subtotal").multiply(factor);
            line.put("subtotal", plain(subtotal));
            rest = rest.subtract(subtotal);
        }
        JsonNode all = document.path("adjustments");
        ArrayNode shown = document.putArray("adjustments");
        for (JsonNode each : all) {
            BigDecimal usd = decimal(each, "usd");
            BigDecimal visible = switch (each.path("kind").asString()) {
                case "minimum", "reported" -> usd.multiply(factor);
                case "markup", "rounding" -> BigDecimal.ZERO;
                default -> usd;
            };
            rest = rest.subtract(visible);
            add(shown, each.path("kind").asString(), each.path("reason").asString(), visible);
        }
        add(shown, "rounding", "up to the nano-dollar", rest);
    }

    private static void add(ArrayNode to, String kind, String reason, BigDecimal usd) {
        if (usd.signum() != 0) {
            to.addObject().put("kind", kind).put("reason", reason).put("usd", plain(usd));
        }
    }

    private static BigDecimal decimal(JsonNode node, String name) {
        return new BigDecimal(node.path(name).asString());
    }

    private static String plain(BigDecimal amount) {
        return amount.stripTrailingZeros().toPlainString();
    }
}
