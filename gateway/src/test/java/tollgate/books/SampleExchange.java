package tollgate.books;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import tollgate.journal.ExchangeFacts;
import tollgate.journal.JournalEntry;
import tollgate.journal.UsageRecord;
import tollgate.pricing.Markup;
import tollgate.pricing.Usd;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.Settle;
import tollgate.wallet.WalletAddress;

/** What is known of an exchange that tests place and settle. Stateless. */
final class SampleExchange {
    static final Usd HELD = Usd.parse("0.50");
    static final Usd CHARGE = Usd.parse("0.25");

    private SampleExchange() {}

    static ExchangeFacts facts(WalletAddress at, String id) {
        return new ExchangeFacts(
                id,
                at,
                true,
                "k_1",
                null,
                null,
                "chat",
                "openai",
                "gpt-5",
                "openai",
                true,
                HELD,
                null,
                "v",
                Map.of(),
                null,
                Map.of(),
                List.of(),
                null,
                null,
                Instant.now(),
                HeldCaps.NONE,
                null,
                null,
                ExchangeFacts.STRICT,
                null);
    }

    static Settle settle(WalletAddress at, String id) {
        return new Settle(at, id, "print", CHARGE, false, "chat gpt-5");
    }

    static JournalEntry entry(WalletAddress at, String id) {
        return entry(at, id, CHARGE);
    }

    static JournalEntry entry(WalletAddress at, String id, Usd charge) {
        UsageRecord usage = new UsageRecord(
                facts(at, id),
                "gpt-5",
                "complete",
                "wallet",
                Map.of("output", 5L),
                0,
                false,
                charge,
                charge,
                Usd.ZERO,
                Usd.ZERO,
                Markup.NONE,
                List.of(),
                List.of(),
                List.of(),
                200,
                null,
                Map.of(),
                Instant.now());
        return new JournalEntry(new Settle(at, id, "print", charge, false, "chat gpt-5"), usage);
    }
}
