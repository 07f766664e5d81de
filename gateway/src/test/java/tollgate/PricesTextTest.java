package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import tollgate.pricing.Markup;
import tollgate.pricing.RateBook;
import tollgate.pricing.RateCard;
import tollgate.pricing.Usd;
import tollgate.proxy.PinnedPrices;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prices that are kept with a job say the same when they are read again. */
class PricesTextTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @Test
    void every_card_is_read_as_it_was_written() {
        Markup markup = Markup.percent(new BigDecimal("12.5")).plusFixed(Usd.parse("0.0005"));
        for (RateCard card : RateBook.builtIn().cards()) {
            JsonNode text = MAPPER.readTree(
                    PricesText.written(new PinnedPrices(card, markup)).toString());
            assertThat(PricesText.read(text)).as(text.toString()).isEqualTo(new PinnedPrices(card, markup));
        }
    }

    @Test
    void what_cannot_be_read_is_none() {
        for (String damaged :
                new String[] {"null", "{}", "{\"card\":{}}", "{\"card\":{\"model\":\"m\"},\"markup_percent\":1}"}) {
            assertThat(PricesText.read(MAPPER.readTree(damaged))).as(damaged).isNull();
        }
    }
}
