package tollgate.proxy;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Dialect;
import tollgate.dialect.OfferedModel;
import tollgate.dialect.Refusal;
import tollgate.identity.KeyIdentity;
import tollgate.pricing.ChargeLine;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usd;

/**
 * Which models a key may use, and what they are charged: what our rate cards and routes say, not what an upstream lists.
 * Stateless and thread-safe; not for event loops, since the first answer compiles every rate card.
 */
final class Models {
    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);

    private final ProxyContext context;
    private final Dialect dialect;

    Models(ProxyContext context, Dialect dialect) {
        this.context = context;
        this.dialect = dialect;
    }

    /** Whether a path asks for models, or one. */
    boolean answers(String path) {
        return asked(path) != null;
    }

    /** The raw name of the model that a path asks for, empty for all of them; null: it asks for none. */
    private @Nullable String asked(String path) {
        for (String all : dialect.modelPaths()) {
            if (path.equals(all)) {
                return "";
            }
            if (path.startsWith(all + "/") && path.length() > all.length() + 1) {
                return path.substring(all.length() + 1);
            }
        }
        return null;
    }

    /** The answer to a key's GET. */
    OwnAnswer answer(KeyIdentity key, String path) {
        if (!context.routing().serves(dialect.name(), key.live())) {
            return new OwnAnswer.No(Refusals.noUpstream(dialect.name(), key.live()));
        }
        Set<String> owners = new HashSet<>(List.of(dialect.provider(), ""));
        owners.addAll(context.routing().owners(dialect.name(), key.live()));
        String asked = Objects.requireNonNull(asked(path));
        Instant now = context.clock().instant();
        RateBook book = context.prices().get();
        if (asked.isEmpty()) {
            List<OfferedModel> offered = new ArrayList<>();
            book.names(now).forEach((name, rates) -> {
                if (offered(key, owners, name, rates)) {
                    offered.add(described(unscoped(name), rates, book.markup(Placement.buyer(key), rates), now));
                }
            });
            return new OwnAnswer.Json(dialect.modelList(withRoutes(key, book, offered, now)));
        }
        String name = decoded(asked);
        OfferedModel routed = name == null ? null : routed(key, book, name, now);
        if (routed != null) {
            return new OwnAnswer.Json(dialect.model(routed));
        }
        return name != null
                        && book.resolve(dialect.provider(), name, now)
                                instanceof Resolution.Priced(ModelRates rates, boolean byDefault)
                        && !byDefault
                        && offered(key, owners, name, rates)
                ? new OwnAnswer.Json(
                        dialect.model(described(name, rates, book.markup(Placement.buyer(key), rates), now)))
                : new OwnAnswer.No(unknown(name == null ? path : name));
    }

    /** With the names of one's own, in place of models of that name. */
    private List<OfferedModel> withRoutes(KeyIdentity key, RateBook book, List<OfferedModel> cards, Instant now) {
        Map<String, OfferedModel> all = new LinkedHashMap<>();
        cards.forEach(each -> all.put(each.name(), each));
        for (String name : context.routing().names(dialect.name(), key.live())) {
            OfferedModel routed = routed(key, book, name, now);
            if (routed == null) {
                all.remove(name);
            } else {
                all.put(name, routed);
            }
        }
        return List.copyOf(all.values());
    }

    /** A name that a route gives, at the dearest of what it may stand for: what answers is charged. */
    private @Nullable OfferedModel routed(KeyIdentity key, RateBook book, String name, Instant now) {
        Route route = context.routing().of(dialect.name(), name, key.live());
        if (route == null || !route.rests() || !key.allows(name)) {
            return null;
        }
        ModelRates dearest = null;
        for (Target target : route.targets()) {
            String provider = Objects.requireNonNullElse(target.upstream().prices(), dialect.provider());
            if (book.resolve(provider, target.asks(name), now)
                            instanceof Resolution.Priced(ModelRates rates, boolean byDefault)
                    && !byDefault
                    && (dearest == null || aMillion(rates).compareTo(aMillion(dearest)) > 0)) {
                dearest = rates;
            }
        }
        return dearest == null ? null : described(name, dearest, book.markup(Placement.buyer(key), dearest), now);
    }

    private static Usd aMillion(ModelRates rates) {
        return rates.worstCase(1_000_000, 1_000_000, Terms.STANDARD, Markup.NONE);
    }

    private boolean offered(KeyIdentity key, Set<String> owners, String name, ModelRates rates) {
        return owners.contains(rates.card().provider())
                && dialect.services().stream()
                        .anyMatch(service ->
                                service.servedBy(rates.card().service()) && (!service.free() || service.freeByCard()))
                && key.allows(name);
    }

    /** At its provider a model needs no provider's name before its own. */
    private String unscoped(String name) {
        String scope = dialect.provider() + "/";
        return name.startsWith(scope) ? name.substring(scope.length()) : name;
    }

    private static OfferedModel described(String name, ModelRates rates, Markup markup, Instant now) {
        Map<String, String> perMillion = new LinkedHashMap<>();
        Map<String, String> each = new LinkedHashMap<>();
        BigDecimal charged = BigDecimal.ONE.add(markup.percent().movePointLeft(2));
        for (UnitClass unit : rates.card().rates().keySet()) {
            ChargeLine line = rates.rate(unit, 0, Terms.STANDARD.at(now));
            if (line != null) {
                BigDecimal one = line.rate().perUnit().multiply(charged);
                if (unit.isToken()) {
                    perMillion.put(unit.wireName(), plain(one.multiply(MILLION)));
                } else {
                    each.put(unit.wireName(), plain(one));
                }
            }
        }
        if (markup.fixed().nano() > 0) {
            each.merge(
                    "request",
                    markup.fixed().toString(),
                    (rate, fixed) -> plain(new BigDecimal(rate).add(new BigDecimal(fixed))));
        }
        return new OfferedModel(
                name,
                rates.card().provider().isEmpty() ? "tollgate" : rates.card().provider(),
                day(rates.card().provenance().seen()),
                rates.card().service(),
                rates.limits().context(),
                rates.limits().maxOutputTokens(),
                perMillion,
                each);
    }

    private static String plain(BigDecimal amount) {
        return amount.stripTrailingZeros().toPlainString();
    }

    /** Own rate cards need not say when their figures were seen. */
    private static LocalDate day(String seen) {
        try {
            return LocalDate.parse(seen);
        } catch (DateTimeException notSaid) {
            return LocalDate.EPOCH;
        }
    }

    private static @Nullable String decoded(String name) {
        try {
            return QueryStringDecoder.decodeComponent(name.replace("+", "%2B"));
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    private static Refusal unknown(String name) {
        return new Refusal(
                404,
                "model_not_found",
                "model",
                "the model '" + Refusals.cut(name) + "' is not known here, or this key may not use it");
    }
}
