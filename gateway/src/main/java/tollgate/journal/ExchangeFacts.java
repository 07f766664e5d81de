package tollgate.journal;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.IdempotencyMark;
import tollgate.wallet.WalletAddress;

/**
 * What is known of an exchange once its hold is placed: enough to settle it, and to write its usage record, after the
 * process that ran it was killed. Immutable.
 *
 * @param exchange its id
 * @param at the wallet that pays
 * @param live real money; otherwise the sandbox's
 * @param key id of the key it was asked with
 * @param member who the key belongs to
 * @param project what the key is for
 * @param service the kind of work
 * @param dialect the wire language
 * @param model as the client wrote it
 * @param upstream where it is forwarded to
 * @param stream an event stream was asked for
 * @param held the money set aside
 * @param clamped the output ceiling we set; null where we set none
 * @param priceVersion of the rates the hold was planned with
 * @param tags the client's labels
 * @param user the client's name for its user
 * @param metadata the client's labels inside the request
 * @param changes what was changed in the request, as the splices that did it
 * @param idempotencyKey the client's name for its request, as sent
 * @param trace the client's {@code traceparent}
 * @param started when its head was read
 * @param caps what caps hold for it
 * @param plan what the wallet's organisation had bought; null: nothing in particular
 * @param mark the name and the print of a request that has a name; null where it has none
 * @param holdMode how it was held: {@code strict}, {@code tranches}, {@code typical}
 * @param notRefused the code of the refusal that was not made, since nothing is enforced; null: there was none
 * @param route the name of the route it took; null: no route is about its model
 * @param sentAs the model that the upstream was asked for, where that is not what the client wrote; null: the same
 */
public record ExchangeFacts(
        String exchange,
        WalletAddress at,
        boolean live,
        String key,
        @Nullable String member,
        @Nullable String project,
        String service,
        String dialect,
        String model,
        String upstream,
        boolean stream,
        Usd held,
        @Nullable Long clamped,
        String priceVersion,
        Map<String, String> tags,
        @Nullable String user,
        Map<String, String> metadata,
        List<Change> changes,
        @Nullable String idempotencyKey,
        @Nullable String trace,
        Instant started,
        HeldCaps caps,
        @Nullable String plan,
        @Nullable IdempotencyMark mark,
        String holdMode,
        @Nullable String notRefused,
        @Nullable String route,
        @Nullable String sentAs) {
    /** All that it could come to was held at once. */
    public static final String STRICT = "strict";

    private static final int SHORT = 80;

    /** Copies what could change. */
    public ExchangeFacts {
        tags = Map.copyOf(tags);
        metadata = Map.copyOf(metadata);
        changes = List.copyOf(changes);
    }

    /** Those of an exchange that takes no route. */
    public ExchangeFacts(
            String exchange,
            WalletAddress at,
            boolean live,
            String key,
            @Nullable String member,
            @Nullable String project,
            String service,
            String dialect,
            String model,
            String upstream,
            boolean stream,
            Usd held,
            @Nullable Long clamped,
            String priceVersion,
            Map<String, String> tags,
            @Nullable String user,
            Map<String, String> metadata,
            List<Change> changes,
            @Nullable String idempotencyKey,
            @Nullable String trace,
            Instant started,
            HeldCaps caps,
            @Nullable String plan,
            @Nullable IdempotencyMark mark,
            String holdMode,
            @Nullable String notRefused) {
        this(
                exchange,
                at,
                live,
                key,
                member,
                project,
                service,
                dialect,
                model,
                upstream,
                stream,
                held,
                clamped,
                priceVersion,
                tags,
                user,
                metadata,
                changes,
                idempotencyKey,
                trace,
                started,
                caps,
                plan,
                mark,
                holdMode,
                notRefused,
                null,
                null);
    }

    /** What the upstream was asked for. */
    public String modelSent() {
        return sentAs == null ? model : sentAs;
    }

    /** The same with what is held by now. */
    public ExchangeFacts holding(Usd now, HeldCaps capped) {
        return new ExchangeFacts(
                exchange,
                at,
                live,
                key,
                member,
                project,
                service,
                dialect,
                model,
                upstream,
                stream,
                now,
                clamped,
                priceVersion,
                tags,
                user,
                metadata,
                changes,
                idempotencyKey,
                trace,
                started,
                capped,
                plan,
                mark,
                holdMode,
                notRefused,
                route,
                sentAs);
    }

    /** The same without the client's own texts, which a meter slot may have no room for. */
    ExchangeFacts withoutTexts() {
        return new ExchangeFacts(
                exchange,
                at,
                live,
                key,
                member,
                project,
                service,
                dialect,
                model,
                upstream,
                stream,
                held,
                clamped,
                priceVersion,
                Map.of(),
                null,
                Map.of(),
                List.of(),
                null,
                null,
                started,
                caps,
                plan,
                mark,
                holdMode,
                notRefused,
                route,
                sentAs);
    }

    /**
     * The same with the names that others chose cut short, and without its caps, which its record in the wallet knows too:
     * so it always fits.
     */
    ExchangeFacts withShortNames() {
        return new ExchangeFacts(
                exchange,
                at,
                live,
                key,
                cut(member),
                cut(project),
                service,
                dialect,
                String.valueOf(cut(model)),
                String.valueOf(cut(upstream)),
                stream,
                held,
                clamped,
                String.valueOf(cut(priceVersion)),
                Map.of(),
                null,
                Map.of(),
                List.of(),
                null,
                null,
                started,
                HeldCaps.NONE,
                plan,
                mark,
                holdMode,
                notRefused,
                cut(route),
                cut(sentAs));
    }

    static String shortened(String name) {
        return String.valueOf(cut(name));
    }

    private static @Nullable String cut(@Nullable String name) {
        return name == null || name.length() <= SHORT ? name : name.substring(0, SHORT);
    }

    /**
     * One change that was made to the request.
     *
     * @param offset in bytes of the client's body
     * @param removed the client's text
     * @param inserted ours
     */
    public record Change(int offset, String removed, String inserted) {}
}
