package tollgate.metering;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.pricing.Buyer;
import tollgate.pricing.Limits;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Rate;
import tollgate.pricing.RateBook;
import tollgate.pricing.RateCard;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Requests, plans and rates for tests: one dollar a million prompt tokens, ten a million answered. */
final class Requests {
    static final ModelRates RATES = rates("input=1 output=10");

    private Requests() {}

    static MeteredRequest request(@Nullable Long ceiling, int choices, long textBytes) {
        return new MeteredRequest(
                Service.CHAT,
                "model",
                true,
                false,
                ceiling,
                choices,
                textBytes,
                new MeteredRequest.ImageCount(0, 0),
                0,
                0,
                false,
                null,
                MeteredRequest.Conditions.STANDARD,
                null,
                Map.of(),
                List.of(),
                (reportUsage, splicedCeiling) -> List.of());
    }

    static MeteredRequest with(MeteredRequest like, int lowImages, int otherImages, int tools, boolean structured) {
        return new MeteredRequest(
                like.service(),
                like.model(),
                like.stream(),
                like.usageAsked(),
                like.ceiling(),
                like.choices(),
                like.textBytes(),
                new MeteredRequest.ImageCount(lowImages, otherImages),
                like.documentBytes(),
                tools,
                structured,
                null,
                like.asked(),
                null,
                Map.of(),
                List.of(),
                like.splicePoints());
    }

    static MeteredRequest prompts(MeteredRequest like, int prompts) {
        return extent(like, MeteredRequest.Extent.prompts(prompts));
    }

    static MeteredRequest extent(MeteredRequest like, MeteredRequest.Extent extent) {
        return new MeteredRequest(
                like.service(),
                like.model(),
                like.stream(),
                like.usageAsked(),
                like.ceiling(),
                like.choices(),
                like.textBytes(),
                like.images(),
                like.documentBytes(),
                like.tools(),
                like.structuredOutput(),
                null,
                like.asked(),
                extent,
                null,
                Map.of(),
                List.of(),
                like.splicePoints());
    }

    static HoldPlan plan(MeteredRequest request) {
        return plan(request, RateBook.of(List.of(RATES.card())));
    }

    static HoldPlan plan(MeteredRequest request, ModelRates rates) {
        RateBook book = RateBook.of(List.of(rates.card()));
        return HoldPlan.of(request, rates, book, Terms.STANDARD, Buyer.ANYBODY, HoldSettings.DEFAULTS);
    }

    static HoldPlan plan(MeteredRequest request, RateBook book) {
        return HoldPlan.of(request, RATES, book, Terms.STANDARD, Buyer.ANYBODY, HoldSettings.DEFAULTS);
    }

    static ModelRates rates(String perMillion) {
        return new ModelRates(card("model", perMillion, true));
    }

    static RateCard card(String model, String perMillion, boolean visibleOutput) {
        Map<UnitClass, Rate> rates = new EnumMap<>(UnitClass.class);
        counts(perMillion).forEach((unit, rate) -> rates.put(unit, Rate.perMillion(rate)));
        Limits limits = new Limits(100_000, 4_000, visibleOutput, 300, 85, 1_445);
        return RateCard.named(model).limits(limits).rates(rates).build();
    }

    static Usage usage(String text) {
        Usage.Builder builder = Usage.builder();
        counts(text).forEach((unit, count) -> builder.set(unit, Long.parseLong(count)));
        return builder.build();
    }

    private static Map<UnitClass, String> counts(String text) {
        Map<UnitClass, String> counts = new EnumMap<>(UnitClass.class);
        for (String part : text.isBlank() ? new String[0] : text.strip().split(" ")) {
            String[] pair = part.split("=", 2);
            UnitClass unit = UnitClass.of(pair[0]);
            if (unit == null) {
                throw new IllegalArgumentException(part);
            }
            counts.put(unit, pair[1]);
        }
        return counts;
    }
}
