package tollgate.journal;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import tollgate.pricing.Markup;
import tollgate.pricing.Usd;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.IdempotencyMark;
import tollgate.wallet.Settle;
import tollgate.wallet.WalletAddress;

/**
 * Journal entries and the facts in meter slots as bytes: first the number of their layout, then every field in the order
 * of its record. A release reads the layout of the one before it too, so a changed one gets the next number and leaves
 * this one readable. Stateless.
 */
final class JournalCodec {
    private static final long LAYOUT = 5;

    /** Without routes, and what each attempt cost. */
    private static final long WITHOUT_ROUTES = 4;

    /** Without the mark of a request's name, how it was held and what was not refused. */
    private static final long WITHOUT_MARKS = 3;

    /** Without plan, markup and the reasons of lines. */
    private static final long WITHOUT_PLANS = 2;

    /** Without what caps count, too. */
    private static final long WITHOUT_CAPS = 1;

    private JournalCodec() {}

    /** Writes an entry as at most so many bytes: the client's own texts are left out, and names cut, where they do not fit. */
    static void entry(PackedWriter to, JournalEntry entry, int most) {
        whole(to, entry);
        if (to.length() > most) {
            whole(to, new JournalEntry(entry.settle(), entry.usage().withoutTexts()));
        }
        if (to.length() > most) {
            whole(
                    to,
                    new JournalEntry(
                            entry.settle().holding(HeldCaps.NONE), entry.usage().withShortNames()));
        }
    }

    private static void whole(PackedWriter to, JournalEntry entry) {
        to.clear();
        to.number(LAYOUT);
        settle(to, entry.settle());
        usage(to, entry.usage());
    }

    /**
     * Reads an entry.
     *
     * @throws PackedReader.Damaged where it is none
     */
    static JournalEntry entry(byte[] bytes) {
        PackedReader from = new PackedReader(bytes);
        long layout = layout(from);
        JournalEntry entry = new JournalEntry(settle(from, layout), usage(from, layout));
        from.end();
        return entry;
    }

    /** Writes the facts of an open exchange, as {@link #entry}. */
    static void facts(PackedWriter to, ExchangeFacts facts, int most) {
        wholeFacts(to, facts);
        if (to.length() > most) {
            wholeFacts(to, facts.withoutTexts());
        }
        if (to.length() > most) {
            wholeFacts(to, facts.withShortNames());
        }
    }

    private static void wholeFacts(PackedWriter to, ExchangeFacts facts) {
        to.clear();
        to.number(LAYOUT);
        facts(to, facts);
    }

    /**
     * Reads facts.
     *
     * @throws PackedReader.Damaged where these are none
     */
    static ExchangeFacts facts(byte[] bytes) {
        PackedReader from = new PackedReader(bytes);
        ExchangeFacts facts = facts(from, layout(from));
        from.end();
        return facts;
    }

    /** Writes counts by name. */
    static void numbers(PackedWriter to, Map<String, Long> numbers) {
        to.clear();
        to.number(LAYOUT);
        to.numbers(numbers);
    }

    /**
     * Reads counts by name.
     *
     * @throws PackedReader.Damaged where these are none
     */
    static Map<String, Long> numbers(byte[] bytes) {
        PackedReader from = new PackedReader(bytes);
        layout(from);
        Map<String, Long> numbers = from.numbers();
        from.end();
        return numbers;
    }

    private static long layout(PackedReader from) {
        long layout = from.number();
        if (layout < WITHOUT_CAPS || layout > LAYOUT) {
            throw new PackedReader.Damaged("layout " + layout + " (expected: " + WITHOUT_CAPS + ".." + LAYOUT + ")", 0);
        }
        return layout;
    }

    private static void address(PackedWriter to, WalletAddress at) {
        to.number(at.shard()).text(at.organisation()).text(at.wallet());
    }

    private static WalletAddress address(PackedReader from) {
        return new WalletAddress(from.small(), from.text(), from.text());
    }

    private static void settle(PackedWriter to, Settle settle) {
        address(to, settle.at());
        to.text(settle.exchange())
                .text(settle.fingerprint())
                .number(settle.total().nano())
                .flag(settle.estimated())
                .text(settle.reference())
                .flag(settle.disputed())
                .text(settle.counted().caps().text())
                .number(settle.counted().tokens())
                .flag(settle.counted().came());
    }

    private static Settle settle(PackedReader from, long layout) {
        return new Settle(
                address(from),
                from.text(),
                from.text(),
                usd(from),
                from.flag(),
                from.text(),
                from.flag(),
                layout == WITHOUT_CAPS
                        ? Settle.Counted.NOTHING
                        : new Settle.Counted(new HeldCaps(from.text()), from.number(), from.flag()));
    }

    private static void facts(PackedWriter to, ExchangeFacts facts) {
        to.text(facts.exchange());
        address(to, facts.at());
        to.flag(facts.live())
                .text(facts.key())
                .optional(facts.member())
                .optional(facts.project())
                .text(facts.service())
                .text(facts.dialect())
                .text(facts.model())
                .text(facts.upstream())
                .flag(facts.stream())
                .number(facts.held().nano())
                .optional(facts.clamped())
                .text(facts.priceVersion())
                .texts(facts.tags())
                .optional(facts.user())
                .texts(facts.metadata())
                .each(
                        facts.changes(),
                        each -> to.number(each.offset()).text(each.removed()).text(each.inserted()))
                .optional(facts.idempotencyKey())
                .optional(facts.trace())
                .instant(facts.started())
                .text(facts.caps().text())
                .optional(facts.plan());
        IdempotencyMark mark = facts.mark();
        to.flag(mark != null);
        if (mark != null) {
            to.text(mark.key()).text(mark.name()).text(mark.print());
        }
        to.text(facts.holdMode())
                .optional(facts.notRefused())
                .optional(facts.route())
                .optional(facts.sentAs());
    }

    private static ExchangeFacts facts(PackedReader from, long layout) {
        return new ExchangeFacts(
                from.text(),
                address(from),
                from.flag(),
                from.text(),
                from.optional(),
                from.optional(),
                from.text(),
                from.text(),
                from.text(),
                from.text(),
                from.flag(),
                usd(from),
                from.optionalNumber(),
                from.text(),
                from.texts(),
                from.optional(),
                from.texts(),
                from.each(() -> new ExchangeFacts.Change(from.small(), from.text(), from.text())),
                from.optional(),
                from.optional(),
                from.instant(),
                layout == WITHOUT_CAPS ? HeldCaps.NONE : new HeldCaps(from.text()),
                layout <= WITHOUT_PLANS ? null : from.optional(),
                layout <= WITHOUT_MARKS || !from.flag()
                        ? null
                        : new IdempotencyMark(from.text(), from.text(), from.text()),
                layout <= WITHOUT_MARKS ? ExchangeFacts.STRICT : from.text(),
                layout <= WITHOUT_MARKS ? null : from.optional(),
                layout <= WITHOUT_ROUTES ? null : from.optional(),
                layout <= WITHOUT_ROUTES ? null : from.optional());
    }

    private static void usage(PackedWriter to, UsageRecord usage) {
        facts(to, usage.facts());
        to.optional(usage.model())
                .text(usage.ended())
                .text(usage.payer())
                .numbers(usage.units())
                .number(usage.reasoning())
                .flag(usage.estimated())
                .number(usage.charge().nano())
                .number(usage.cost().nano())
                .number(usage.overrun().nano())
                .number(usage.disputed().nano())
                .number(usage.markup()
                        .percent()
                        .movePointRight(Markup.PERCENT_DECIMALS)
                        .longValueExact())
                .number(usage.markup().fixed().nano())
                .each(
                        usage.lines(),
                        each -> to.text(each.unit())
                                .number(each.units())
                                .text(each.rate())
                                .text(each.subtotal())
                                .flag(each.unpriced())
                                .text(each.reason())
                                .text(each.source())
                                .text(each.seen()))
                .each(
                        usage.adjustments(),
                        each -> to.text(each.kind()).text(each.reason()).text(each.usd()))
                .each(
                        usage.attempts(),
                        each -> to.number(each.number())
                                .text(each.upstream())
                                .flag(each.reused())
                                .number(each.status())
                                .optional(each.failure())
                                .number(each.cost().nano())
                                .flag(each.estimated()))
                .number(usage.status())
                .optional(usage.detail())
                .numbers(usage.timings())
                .instant(usage.finished());
    }

    private static UsageRecord usage(PackedReader from, long layout) {
        return new UsageRecord(
                facts(from, layout),
                from.optional(),
                from.text(),
                from.text(),
                from.numbers(),
                from.number(),
                from.flag(),
                usd(from),
                usd(from),
                usd(from),
                usd(from),
                layout <= WITHOUT_PLANS ? Markup.NONE : markup(from),
                from.each(() -> line(from, layout)),
                layout <= WITHOUT_PLANS
                        ? List.of()
                        : from.each(() -> new UsageRecord.Adjustment(from.text(), from.text(), from.text())),
                from.each(() -> attempt(from, layout)),
                from.small(),
                from.optional(),
                from.numbers(),
                from.instant());
    }

    private static UsageRecord.Attempt attempt(PackedReader from, long layout) {
        boolean plain = layout <= WITHOUT_ROUTES;
        return new UsageRecord.Attempt(
                from.small(),
                from.text(),
                from.flag(),
                from.small(),
                from.optional(),
                plain ? Usd.ZERO : usd(from),
                !plain && from.flag());
    }

    private static UsageRecord.Line line(PackedReader from, long layout) {
        boolean plain = layout <= WITHOUT_PLANS;
        return new UsageRecord.Line(
                from.text(),
                from.number(),
                from.text(),
                from.text(),
                from.flag(),
                plain ? "" : from.text(),
                plain ? "" : from.text(),
                plain ? "" : from.text());
    }

    private static Markup markup(PackedReader from) {
        long percent = from.number();
        long fixed = from.number();
        try {
            return Markup.percent(BigDecimal.valueOf(percent, Markup.PERCENT_DECIMALS))
                    .plusFixed(new Usd(fixed));
        } catch (IllegalArgumentException | ArithmeticException wrong) {
            throw new PackedReader.Damaged("markup " + percent + " " + fixed, 0);
        }
    }

    private static Usd usd(PackedReader from) {
        return new Usd(from.number());
    }
}
