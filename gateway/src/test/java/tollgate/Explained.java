package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import tools.jackson.databind.JsonNode;

/** What is asked of every explanation of a charge. */
final class Explained {
    private Explained() {}

    /** Every line says why it is so, where its rate is from and of which day; together they are the charge, exactly. */
    static void exactly(JsonNode exchange, String story) {
        BigDecimal sum = BigDecimal.ZERO;
        for (JsonNode line : exchange.path("lines")) {
            assertThat(line.path("reason").asString()).as(story + line).isNotBlank();
            assertThat(line.path("source").asString()).as(story + line).startsWith("http");
            assertThat(line.path("seen").asString()).as(story + line).matches("\\d{4}-\\d\\d-\\d\\d( via .+)?");
            assertThat(new BigDecimal(line.path("rate").asString())
                            .multiply(BigDecimal.valueOf(line.path("units").asLong())))
                    .as(story + line)
                    .isEqualByComparingTo(line.path("subtotal").asString());
            sum = sum.add(new BigDecimal(line.path("subtotal").asString()));
        }
        for (JsonNode adjustment : exchange.path("adjustments")) {
            assertThat(adjustment.path("reason").asString()).as(story).isNotBlank();
            sum = sum.add(new BigDecimal(adjustment.path("usd").asString()));
        }
        assertThat(sum)
                .as(story + exchange)
                .isEqualByComparingTo(exchange.path("charge").asString());
    }
}
