package tollgate.wallet;

import tollgate.pricing.Usd;

/**
 * One line of a shard's ledger, as its script wrote it.
 *
 * @param streamId position in the stream: data, not identity
 * @param entry its identity
 * @param organisation whose
 * @param wallet which; the only wallet it moves money of
 * @param exchange what it settles; empty where it is no exchange's
 * @param seq number in the wallet's ledger, dense from 1
 * @param n number in the shard, dense from 1
 * @param epoch of the shard
 * @param kind {@code settle}, {@code release}, {@code overrun}, {@code late}, {@code expiry}, {@code top_up} …
 * @param amount signed
 * @param balance after it
 * @param held after it
 * @param shortfall how far below zero the balance is after it
 * @param ms when, in milliseconds of Redis's clock
 * @param fingerprint of what was counted
 * @param estimated some of it was not reported by the upstream
 * @param froze the version of the wallet's state that froze it, since its overruns passed what they may; 0 for none
 * @param caps what each cap's counter moved by: {@code cap:subject,unit,start,moved;…}; of a grant {@link GrantMove}'s
 * @param reference a few words
 * @param actor who asked; empty for exchanges
 */
public record LedgerEntry(
        String streamId,
        String entry,
        String organisation,
        String wallet,
        String exchange,
        long seq,
        long n,
        long epoch,
        String kind,
        Usd amount,
        Usd balance,
        Usd held,
        Usd shortfall,
        long ms,
        String fingerprint,
        boolean estimated,
        long froze,
        String caps,
        String reference,
        String actor) {}
