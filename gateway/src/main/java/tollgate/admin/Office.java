package tollgate.admin;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tollgate.books.ApprovalDesk;
import tollgate.books.Books;
import tollgate.books.Treasury;
import tollgate.identity.ApiKey;
import tollgate.pricing.RateBook;
import tollgate.pricing.Usd;
import tollgate.records.Approvals;
import tollgate.records.Audit;
import tollgate.records.Keys;
import tollgate.records.Ledger;
import tollgate.records.Organisations;
import tollgate.records.Records;
import tollgate.records.Turn;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.EntryKind;
import tollgate.wallet.GrantMove;

/** What the control plane can do, whoever asks: organisations, wallets, keys, money. Thread-safe; blocks. */
public final class Office {
    /** The organisation of whoever names none. */
    public static final String DEFAULT_ORGANISATION = "default";

    private final Records records;
    private final Treasury treasury;
    private final Books books;
    private final Consumer<Keys.Key> keyChanged;
    private final Clock clock;
    private final Directory directory;
    private final ApprovalDesk approvals;

    /**
     * An office.
     *
     * @param keyChanged told of every key that was made, changed or revoked
     * @param prices those in force: which plans there are
     * @param approvals who has to agree to what
     */
    public Office(
            Records records,
            Treasury treasury,
            Books books,
            Consumer<Keys.Key> keyChanged,
            Supplier<RateBook> prices,
            ApprovalDesk approvals,
            Clock clock) {
        this.approvals = approvals;
        this.records = records;
        this.treasury = treasury;
        this.books = books;
        this.keyChanged = keyChanged;
        this.clock = clock;
        this.directory = new Directory(records, treasury, () -> books.openNow(), prices, clock);
    }

    /** Caps, as their counters are read from there. */
    CapDesk capDesk(ControlPort control) {
        return new CapDesk(this, records, treasury, control, clock);
    }

    /** Organisations, and who is in them. */
    Directory directory() {
        return directory;
    }

    /** A key just made: the only time that its secret is told. */
    public record NewKey(Keys.Key key, String secret) {}

    /** Opens a wallet. */
    public Wallets.Wallet createWallet(String organisation, String name, boolean live, String actor) {
        return createWallet(organisation, name, live, actor, Ids.next(""));
    }

    /** Opens the wallet that a request names; again: the same wallet. */
    Wallets.Wallet createWallet(String organisation, String name, boolean live, String actor, String named) {
        long now = clock.millis();
        Organisations.Organisation of = directory.named(organisation, Ids.next("o_"));
        String id = "w_" + named;
        if (!records.wallets().add(id, of.id(), name, live, actor, now)) {
            throw new Problem(503, "moving", "the organization is being moved to another shard; try again");
        }
        books.openNow();
        books.sendNow();
        return wallet(id);
    }

    /** A wallet that is there. */
    public Wallets.Wallet wallet(String id) {
        return records.wallets().find(id).orElseThrow(() -> Problem.notFound("wallet '" + Shown.text(id) + "'"));
    }

    /** Makes a key. */
    public NewKey createKey(
            String wallet,
            String name,
            @Nullable String member,
            @Nullable String project,
            List<String> allowedModels,
            @Nullable Instant expires) {
        return createKey(new KeyWish(wallet, name, member, project, allowedModels, expires), null);
    }

    /**
     * Makes a key.
     *
     * @param turn at the request that asks for it, where that has an {@code Idempotency-Key}: at every turn it is the same
     *     key, whose secret is the one told by the turn that answers
     */
    NewKey createKey(KeyWish wish, @Nullable Turn turn) {
        Wallets.Wallet of = wallet(wish.wallet());
        directory.check(of.organisation(), wish.member(), wish.project());
        String secret = ApiKey.mint(of.live() ? ApiKey.Kind.LIVE : ApiKey.Kind.TEST);
        Instant expires = wish.expires();
        Keys.NewKey key = new Keys.NewKey(
                turn == null ? Ids.next("k_") : "k_" + turn.name(),
                ApiKey.hash(secret),
                ApiKey.display(secret),
                wish.name(),
                wish.wallet(),
                wish.member(),
                wish.project(),
                wish.allowedModels(),
                clock.millis(),
                expires == null ? null : expires.toEpochMilli());
        // what an earlier turn made is known by a secret that nobody was told
        Optional<Keys.Key> untold =
                turn == null ? Optional.empty() : records.keys().find(key.id());
        if (turn == null) {
            records.keys().add(key);
        } else if (!records.keys().add(key, turn)) {
            throw Problem.busy();
        }
        untold.ifPresent(keyChanged);
        Keys.Key made = key(key.id());
        keyChanged.accept(made);
        return new NewKey(made, secret);
    }

    /** A key that is there, good or not. */
    public Keys.Key key(String id) {
        return records.keys().find(id).orElseThrow(() -> Problem.notFound("key '" + Shown.text(id) + "'"));
    }

    /** Revokes a key: here at once, everywhere with the next hold that is asked for. */
    public Keys.Key revokeKey(String id) {
        key(id);
        records.keys().revoke(id, clock.millis());
        Keys.Key revoked = key(id);
        keyChanged.accept(revoked);
        treasury.setPolicy(wallet(revoked.wallet()));
        return revoked;
    }

    /** Freezes a key, or lifts that: in force with the next hold that is asked for. */
    Keys.Key freezeKey(String id, boolean frozen, Audit.Word word) {
        key(id);
        records.keys().setFrozen(id, frozen, word);
        Keys.Key changed = key(id);
        keyChanged.accept(changed);
        directory.tellPolicy(changed.organisation());
        return changed;
    }

    /** Another key like it; the old one stays good until it is revoked. */
    NewKey rotateKey(String id, @Nullable Turn turn) {
        Keys.Key old = key(id);
        if (old.revokedMs() != null) {
            throw new Problem(409, "revoked", "key '" + id + "' is revoked");
        }
        Long expires = old.expiresMs();
        return createKey(
                new KeyWish(
                        old.wallet(),
                        old.name(),
                        old.member(),
                        old.project(),
                        old.allowedModels(),
                        expires == null ? null : Instant.ofEpochMilli(expires)),
                turn);
    }

    /** Money that was paid in; the same reference again is the same money. */
    public Usd topUp(String wallet, Usd amount, String reference, String actor) {
        return booked(treasury.order(
                wallet(wallet),
                "top_up:" + wallet + ":" + reference,
                EntryKind.TOP_UP,
                amount,
                false,
                reference,
                actor));
    }

    /** What the grant is called that is made for a reason: the same reason again is the same grant. */
    static String grantId(String wallet, String reason) {
        return "g_" + Ids.of("grant:" + wallet + ":" + reason);
    }

    /** Promotional money. */
    public Usd grant(String wallet, GrantMove terms, String reason, String actor) {
        return booked(treasury.grant(wallet(wallet), "grant:" + wallet + ":" + reason, terms, reason, actor));
    }

    /** The same by somebody who may need another to agree. */
    Moved giveAs(String actor, String wallet, GrantMove terms, String reason) {
        return moved(approvals.grant(
                wallet(wallet), "grant:" + wallet + ":" + reason, terms, reason, actor, Ids.next("v_")));
    }

    /** Gives back what an exchange took, or a part of it; the same reason again is the same refund. */
    public Usd refund(String exchange, Usd amount, String reason, String actor) {
        Ledger.Entry last = records.ledger()
                .ofExchange(exchange)
                .orElseThrow(() -> Problem.notFound("final entry of exchange '" + Shown.text(exchange) + "'"));
        return booked(treasury.refund(
                wallet(last.wallet()), exchange, "refund:" + exchange + ":" + reason, amount, reason, actor));
    }

    /** A correction, either way; the same reference again is the same correction. */
    public Usd adjust(String wallet, Usd amount, boolean force, String reference, String actor) {
        return booked(treasury.order(
                wallet(wallet),
                "adjust:" + wallet + ":" + reference,
                EntryKind.ADJUST,
                amount,
                force,
                reference,
                actor));
    }

    /** The same by somebody who may need another to agree. */
    Moved correctAs(String actor, String wallet, Usd amount, boolean force, String reference) {
        return moved(approvals.adjust(
                wallet(wallet), "adjust:" + wallet + ":" + reference, amount, force, reference, actor, Ids.next("v_")));
    }

    /** What waits for somebody else to agree. */
    ApprovalDesk approvals() {
        return approvals;
    }

    /** What became of money that somebody meant to move. */
    sealed interface Moved {
        /** Booked, now or before. */
        record Booked(Usd balance) implements Moved {}

        /** Somebody else has to agree, or said no. */
        record Waits(Approvals.Approval approval) implements Moved {}
    }

    static Moved moved(ApprovalDesk.Outcome outcome) {
        return switch (outcome) {
            case ApprovalDesk.Outcome.Ordered(Treasury.Outcome ordered) -> new Moved.Booked(booked(ordered));
            case ApprovalDesk.Outcome.Waits(Approvals.Approval approval) -> new Moved.Waits(approval);
            case ApprovalDesk.Outcome.OwnWord() ->
                throw new Problem(403, "own_word", "nobody approves what they asked themselves: another key has to");
            case ApprovalDesk.Outcome.Over(String state) -> throw new Problem(409, "conflict", "it is " + state);
            case ApprovalDesk.Outcome.Unknown() -> throw Problem.notFound("approval of that id");
        };
    }

    private static Usd booked(Treasury.Outcome outcome) {
        return switch (outcome) {
            case Treasury.Outcome.Booked(Usd balance) -> balance;
            case Treasury.Outcome.Conflict(String what) -> throw new Problem(409, "conflict", what);
            case Treasury.Outcome.Refused(String why) -> throw new Problem(422, "refused", why);
            case Treasury.Outcome.Pending(String why) ->
                throw new Problem(503, "pending", "kept, and booked as soon as the wallet can be asked: " + why);
        };
    }

    /** Freezes a wallet, or lifts that. */
    public Wallets.Wallet setState(String wallet, String state, Audit.Word word) {
        if (!treasury.setState(wallet(wallet), state, word)) {
            throw new Problem(503, "pending", "kept, and in force as soon as the wallet can be told");
        }
        return wallet(wallet);
    }
}
