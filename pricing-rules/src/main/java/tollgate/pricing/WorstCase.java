package tollgate.pricing;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The most that requests of a model can come to: what holds are made of. Exact, in fine grains. Immutable. */
final class WorstCase {
    private static final BigInteger MAX_NANO = BigInteger.valueOf(Usd.MAX_NANO);
    private static final BigInteger ONE = BigInteger.valueOf(Markup.ONE);
    private static final Usd LARGEST = new Usd(Usd.MAX_NANO);

    private final BigInteger minimum;
    private final BigInteger requestFee;

    /**
     * Of a card.
     *
     * @param minimum grains that one request costs at least
     */
    WorstCase(RateCard card, long minimum) {
        this.minimum = Grains.fine(minimum);
        this.requestFee = requestFee(card);
    }

    /** Fine grains of the dearest request, where the card has a rate of requests. */
    private static BigInteger requestFee(RateCard card) {
        BigInteger most = BigInteger.ZERO;
        List<Map<UnitClass, Rate>> all = new ArrayList<>(List.of(card.rates()));
        card.variants().forEach(variant -> all.add(variant.rates()));
        for (Map<UnitClass, Rate> rates : all) {
            Rate fee = rates.get(UnitClass.REQUEST);
            most = fee == null ? most : most.max(Grains.finePerStep(fee, UnitClass.REQUEST));
        }
        return most;
    }

    /** The card has a rate of requests. */
    boolean countsRequests() {
        return requestFee.signum() != 0;
    }

    /** {@link ModelRates#worstCase} over the tariffs that a request can meet. */
    Usd of(List<Tariff> tariffs, long inputBound, long outputBound, Markup markup) {
        BigInteger most = BigInteger.ZERO;
        for (Tariff tariff : tariffs) {
            most = most.max(dearest(tariff, inputBound, outputBound));
        }
        BigInteger nano = ModelRates.marked(most.add(requestFee).max(minimum), markup);
        return nano.compareTo(MAX_NANO) > 0 ? LARGEST : new Usd(nano.longValueExact());
    }

    /** {@link ModelRates#outputTokensAffordable} over the tariffs that a request can meet. */
    long outputTokensAffordable(List<Tariff> tariffs, Usd amount, long inputBound, Markup markup) {
        BigInteger left = Grains.ofNano(amount.nano() - markup.fixed().nano());
        BigInteger all = left.multiply(ONE).divide(BigInteger.valueOf(markup.factor()));
        if (left.signum() < 0 || all.compareTo(minimum) < 0) {
            return -1;
        }
        long affordable = Long.MAX_VALUE;
        for (Tariff tariff : tariffs) {
            BigInteger forOutput = all.subtract(requestFee).subtract(dearest(tariff, inputBound, 0));
            if (forOutput.signum() < 0) {
                return -1;
            }
            if (tariff.dearestOutput > 0) {
                BigInteger tokens = forOutput.divide(Grains.fine(tariff.dearestOutput));
                affordable = tokens.min(BigInteger.valueOf(affordable)).longValueExact();
            }
        }
        return affordable;
    }

    private static BigInteger dearest(Tariff tariff, long inputTokens, long outputTokens) {
        return BigInteger.valueOf(inputTokens)
                .multiply(Grains.fine(tariff.dearestInput))
                .add(BigInteger.valueOf(outputTokens).multiply(Grains.fine(tariff.dearestOutput)));
    }
}
