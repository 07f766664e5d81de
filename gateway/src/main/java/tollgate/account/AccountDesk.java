package tollgate.account;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import tollgate.identity.KeyIdentity;
import tollgate.pricing.RateBook;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;
import tollgate.records.Ledger;
import tollgate.records.Records;
import tollgate.wallet.ControlPort;
import tollgate.wallet.ExchangeState;
import tollgate.wallet.Grant;
import tollgate.wallet.GrantMove;
import tollgate.wallet.Post;
import tollgate.wallet.WalletAddress;
import tollgate.wallet.WalletState;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers key holders from the wallet, the journal and the books. A key sees its own exchanges only. Thread-safe. */
public final class AccountDesk implements Account {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String EXCHANGES = "/v1/exchanges/";

    private final ControlPort control;
    private final Records records;
    private final BundlesLeft bundles;
    private final Function<String, Optional<Exchanges.Exchange>> journalled;
    private final Function<String, Optional<RefusedExchange>> refused;

    /**
     * A refusal that is still remembered.
     *
     * @param key id of the key that asked
     * @param json the answer about it
     */
    public record RefusedExchange(String key, String json) {}

    /**
     * A desk.
     *
     * @param prices those in force
     * @param journalled exchanges that SQL may not have yet
     * @param refused the last refusals
     */
    public AccountDesk(
            ControlPort control,
            Records records,
            Supplier<RateBook> prices,
            Function<String, Optional<Exchanges.Exchange>> journalled,
            Function<String, Optional<RefusedExchange>> refused) {
        this.control = control;
        this.records = records;
        this.bundles = new BundlesLeft(control, prices);
        this.journalled = journalled;
        this.refused = refused;
    }

    @Override
    public AccountAnswer answer(KeyIdentity key, String path) {
        return path.startsWith(EXCHANGES) ? exchange(key, path.substring(EXCHANGES.length())) : wallet(key);
    }

    private AccountAnswer wallet(KeyIdentity key) {
        WalletAddress known = new WalletAddress(key.shard(), key.organisation(), key.wallet());
        Optional<WalletState> there = control.wallet(known);
        // its organisation may have moved since the key was looked up
        WalletAddress at = there.isPresent()
                ? known
                : records.wallets()
                        .find(key.wallet())
                        .map(wallet -> new WalletAddress(wallet.shard(), wallet.organisation(), wallet.id()))
                        .orElse(known);
        return there.or(() -> control.wallet(at))
                .<AccountAnswer>map(wallet -> {
                    Map<String, Object> answer = new LinkedHashMap<>();
                    answer.put("id", key.wallet());
                    answer.put("balance", wallet.balance().toString());
                    answer.put("held", wallet.held().toString());
                    answer.put("available", wallet.available().toString());
                    answer.put("currency", wallet.currency());
                    answer.put("state", wallet.state());
                    answer.put("granted", granted(at));
                    answer.put("bundles", paidFor(key));
                    return new AccountAnswer.Found(MAPPER.writeValueAsString(answer));
                })
                .orElse(new AccountAnswer.Unavailable("the wallet is not in place"));
    }

    /** Promotional money of the wallet, a part of its balance: what is spent first. */
    private List<Map<String, Object>> granted(WalletAddress at) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Grant grant : control.grants(at)) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("amount", grant.rest().toString());
            if (grant.expiresMs() != GrantMove.NEVER_MS) {
                one.put("expires", Instant.ofEpochMilli(grant.expiresMs()).toString());
            }
            all.add(one);
        }
        return all;
    }

    /** Tokens that need no money of the wallet: its organization's. */
    private List<Map<String, Object>> paidFor(KeyIdentity key) {
        BundlesLeft.Owner owner = new BundlesLeft.Owner(
                key.organisation(), key.plan(), key.shard(), key.bounds().zone());
        List<Map<String, Object>> all = new ArrayList<>();
        for (BundlesLeft.Left bundle : bundles.of(owner, key.live())) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", bundle.name());
            one.put("per", bundle.per());
            if (bundle.model() != null) {
                one.put("model", bundle.model());
            }
            one.put("tokens", bundle.tokens());
            one.put("left", bundle.left());
            if (bundle.resets() != null) {
                one.put("resets", bundle.resets().toString());
            }
            all.add(one);
        }
        return all;
    }

    private AccountAnswer exchange(KeyIdentity key, String id) {
        Optional<Exchanges.Exchange> settled = settled(id);
        if (settled.filter(row -> !row.key().equals(key.keyId())).isPresent()) {
            return nobodys(id);
        }
        if (settled.isPresent()) {
            return new AccountAnswer.Found(
                    forHolder(settled.get(), records.ledger().allOfExchange(id)));
        }
        Optional<RefusedExchange> no =
                refused.apply(id).filter(each -> each.key().equals(key.keyId()));
        if (no.isPresent()) {
            return new AccountAnswer.Found(no.get().json());
        }
        return control.exchange(key.shard(), id)
                .filter(open -> open.wallet().equals(key.wallet()))
                .<AccountAnswer>map(open -> new AccountAnswer.Found(open(id, open)))
                .orElse(nobodys(id));
    }

    /**
     * What has become of an exchange, whoever runs it.
     *
     * @throws IllegalStateException where neither Redis nor the books have it
     */
    public Outcome outcome(WalletAddress at, String id) {
        Optional<ExchangeState> kept = control.exchange(at.shard(), id);
        if (kept.isPresent() && !kept.get().state().equals("FINAL")) {
            return new Outcome.Running();
        }
        Usd charge = kept.map(ExchangeState::captured).orElseGet(() -> charged(id));
        boolean used = charge.nano() > 0
                || kept.map(ExchangeState::usedBundle)
                        .orElseGet(() ->
                                settled(id).filter(AccountDesk::usedBundle).isPresent());
        return !used || records.postings().asked(Post.unseen(id)) ? new Outcome.Nothing() : new Outcome.Charged(charge);
    }

    private static boolean usedBundle(Exchanges.Exchange row) {
        return MAPPER.readTree(row.record()).path("bundle").path("tokens").asLong(0) > 0;
    }

    private Optional<Exchanges.Exchange> settled(String id) {
        return journalled.apply(id).or(() -> records.exchanges().find(id));
    }

    private Usd charged(String id) {
        Optional<Exchanges.Exchange> row = settled(id);
        if (row.isPresent()) {
            return new Usd(row.get().charge());
        }
        List<Ledger.Entry> entries = records.ledger().allOfExchange(id);
        if (entries.isEmpty()) {
            throw new IllegalStateException("neither Redis nor the books have the exchange " + id);
        }
        return new Usd(-entries.stream().mapToLong(Ledger.Entry::amount).sum());
    }

    private static AccountAnswer nobodys(String id) {
        return new AccountAnswer.NotFound("no exchange '" + id + "' of this key");
    }

    private static String open(String id, ExchangeState open) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", id);
        answer.put("state", open.state().equals("OPEN") ? "open" : "settled");
        answer.put("charge", open.captured().toString());
        return MAPPER.writeValueAsString(answer);
    }

    private static String forHolder(Exchanges.Exchange row, List<Ledger.Entry> booked) {
        ObjectNode document = document(row, booked);
        HolderView.of(document);
        return MAPPER.writeValueAsString(document);
    }

    /**
     * The whole story of an exchange for its operator: with what it cost, who bears that, and the {@code detail} of what
     * failed, which may quote an upstream's account.
     */
    public static String forOperator(Exchanges.Exchange row, List<Ledger.Entry> booked) {
        ObjectNode document = document(row, booked);
        document.put("payer", row.payer());
        document.put("cost", new Usd(row.cost()).toString());
        return MAPPER.writeValueAsString(document);
    }

    /** With its ledger entries where the books have them. */
    private static ObjectNode document(Exchanges.Exchange row, List<Ledger.Entry> booked) {
        ObjectNode document = (ObjectNode) MAPPER.readTree(row.record());
        ArrayNode entries = document.putArray("entries");
        for (Ledger.Entry entry : booked) {
            entries.addObject()
                    .put("seq", entry.seq())
                    .put("kind", entry.kind())
                    .put("amount", new Usd(entry.amount()).toString())
                    .put("balance", new Usd(entry.balance()).toString());
        }
        return document;
    }
}
