package tollgate.journal;

import tollgate.pricing.Usd;

/**
 * An exchange that was open when its process died.
 *
 * @param facts what was known of it
 * @param left bytes of its answer had left to the client
 * @param accrued what the bytes that left come to
 */
public record Orphan(ExchangeFacts facts, boolean left, Usd accrued) {}
