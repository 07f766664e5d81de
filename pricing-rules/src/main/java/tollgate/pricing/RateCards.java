package tollgate.pricing;

import java.util.List;

/**
 * What one file states.
 *
 * @param cards the models, in its order
 * @param fees the fees, in its order
 * @param markups who pays more than things cost, in its order
 * @param bundles who has tokens that are paid for already, in its order
 * @param volumes who pays less in a month of much, in its order
 */
public record RateCards(
        List<RateCard> cards,
        List<Fee> fees,
        List<MarkupRules.Rule> markups,
        List<BundleRules.Rule> bundles,
        List<VolumeRules.Rule> volumes) {
    /** Copies the lists. */
    public RateCards {
        cards = List.copyOf(cards);
        fees = List.copyOf(fees);
        markups = List.copyOf(markups);
        bundles = List.copyOf(bundles);
        volumes = List.copyOf(volumes);
    }
}
