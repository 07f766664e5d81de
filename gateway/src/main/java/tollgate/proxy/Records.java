package tollgate.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Splice;
import tollgate.identity.KeyIdentity;
import tollgate.journal.ExchangeFacts;
import tollgate.journal.UsageRecord;
import tollgate.metering.Settlement;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.Settle;
import tollgate.wallet.WalletAddress;

/** Puts together what is kept of an exchange. Stateless. */
final class Records {
    private static final int LONGEST = 256;
    private static final int LONGEST_DETAIL = 1024;

    private Records() {}

    static ExchangeFacts facts(
            Exchange exchange,
            KeyIdentity key,
            WalletAddress at,
            String id,
            Instant started,
            Usd held,
            HeldCaps caps,
            @Nullable Long clamped,
            List<Splice> splices,
            @Nullable String notRefused) {
        MeteredRequest request = exchange.plan().request();
        HttpHeaders headers = exchange.server().head().headers();
        return new ExchangeFacts(
                id,
                at,
                key.live(),
                key.keyId(),
                key.member(),
                key.project(),
                request.service().wireName(),
                exchange.dialect().name(),
                request.model(),
                exchange.upstream().name(),
                request.stream(),
                held,
                clamped,
                exchange.plan().rates().priceVersion(),
                Tags.of(headers.get("X-Tollgate-Tags")),
                cut(request.user()),
                request.metadata(),
                splices.stream()
                        .map(each -> new ExchangeFacts.Change(each.offset(), each.removed(), each.inserted()))
                        .toList(),
                cut(headers.get("Idempotency-Key")),
                cut(headers.get("traceparent")),
                started,
                caps,
                key.plan(),
                exchange.mark(),
                exchange.plan().mode().wireName(),
                notRefused,
                exchange.candidates().route().name(),
                exchange.candidates().renamed());
    }

    static UsageRecord usage(
            ExchangeFacts facts,
            Settlement settled,
            @Nullable AnswerFacts answer,
            List<UsageRecord.Attempt> attempts,
            int status,
            @Nullable String detail,
            Timings timings,
            Instant finished) {
        return new UsageRecord(
                facts,
                answer == null ? null : cut(answer.model()),
                settled.ended().wireName(),
                settled.payer().name().toLowerCase(Locale.ROOT),
                units(settled.usage()),
                answer == null ? 0 : answer.reasoningTokens(),
                settled.estimated(),
                settled.total(),
                cost(settled, attempts),
                settled.overrun(),
                settled.disputed(),
                settled.markup(),
                lines(settled),
                UsageRecord.Adjustment.of(settled.charge(), settled.total()),
                attempts,
                status,
                cut(detail(detail, answer), LONGEST_DETAIL),
                timings.asMap(),
                finished);
    }

    /** What all attempts cost together. */
    private static Usd cost(Settlement settled, List<UsageRecord.Attempt> attempts) {
        long nano = attempts.isEmpty() ? settled.cost().nano() : 0;
        for (UsageRecord.Attempt attempt : attempts) {
            nano = Math.min(Usd.MAX_NANO, nano + attempt.cost().nano());
        }
        return new Usd(nano);
    }

    private static @Nullable String detail(@Nullable String failure, @Nullable AnswerFacts answer) {
        String unknown = answer == null ? null : answer.unknownCounts();
        if (unknown == null) {
            return failure;
        }
        String told = "usage that nobody prices: " + unknown;
        return failure == null ? told : failure + "; " + told;
    }

    /** How the amount came about: of an answer that was estimated, how that was done. */
    private static List<UsageRecord.Line> lines(Settlement settled) {
        String basis = settled.basis();
        return settled.charge().lines().stream()
                .map(each -> basis != null && each.unit().isOutputToken()
                        ? UsageRecord.Line.of(each).because(basis)
                        : UsageRecord.Line.of(each))
                .toList();
    }

    /** Counts by wire name of their class. */
    static Map<String, Long> units(Usage usage) {
        Map<String, Long> units = new LinkedHashMap<>();
        usage.asMap().forEach((unit, count) -> units.put(unit.wireName(), count));
        return units;
    }

    /** The settlement that a record states; its fingerprint tells it from any other of the same exchange. */
    static Settle settle(UsageRecord record) {
        ExchangeFacts facts = record.facts();
        String counted = record.ended() + record.units() + record.charge().nano();
        return new Settle(
                facts.at(),
                facts.exchange(),
                Integer.toHexString(counted.hashCode()) + "-" + record.charge().nano(),
                record.charge(),
                record.estimated(),
                facts.service() + " " + facts.model(),
                record.disputed().nano() > 0,
                new Settle.Counted(
                        facts.caps(),
                        record.tokens(),
                        record.attempts().stream().anyMatch(attempt -> attempt.status() != 0)));
    }

    private static @Nullable String cut(@Nullable String text) {
        return cut(text, LONGEST);
    }

    private static @Nullable String cut(@Nullable String text, int longest) {
        return text == null || text.length() <= longest ? text : text.substring(0, longest);
    }
}
