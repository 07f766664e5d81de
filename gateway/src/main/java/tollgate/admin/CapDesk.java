package tollgate.admin;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.books.Treasury;
import tollgate.identity.Period;
import tollgate.pricing.Usd;
import tollgate.records.Caps;
import tollgate.records.Organisations;
import tollgate.records.Page;
import tollgate.records.Records;
import tollgate.records.Turn;
import tollgate.wallet.CapCounter;
import tollgate.wallet.ControlPort;

/**
 * What the control plane does with caps. SQL hears of a change first, then the counters, then the organisation's policy
 * number: from then on no gateway places a hold under what it knew before. Thread-safe; blocks.
 */
final class CapDesk {
    /** As many as may apply to one exchange: more for one key, team … could never be used. */
    private static final int MOST_FOR_ONE = 16;

    private final Office office;
    private final Directory directory;
    private final Records records;
    private final Treasury treasury;
    private final ControlPort control;
    private final Clock clock;

    CapDesk(Office office, Records records, Treasury treasury, ControlPort control, Clock clock) {
        this.office = office;
        this.directory = office.directory();
        this.records = records;
        this.treasury = treasury;
        this.control = control;
        this.clock = clock;
    }

    Object list(Asked asked) {
        String organisation = asked.query("organization");
        String of = organisation.isEmpty()
                ? ""
                : directory.organisation(organisation).id();
        Page<Caps.Cap> page = records.caps().list(of, asked.after(), asked.limit());
        return AdminApi.page(page.data().stream().map(CapDesk::json).toList(), page.next());
    }

    /** Sets a cap: for the same scope, period, unit, service and model it is the same cap with another limit. */
    Object set(Asked asked) {
        CapWish wish = CapWish.read(asked.body());
        String organisation = organisation(wish);
        Turn turn = asked.turn();
        String id = "c_" + (turn == null ? Ids.next("") : turn.name());
        Caps.Cap same = records.caps().same(wish(wish, organisation, id)).orElse(null);
        if (same != null) {
            records.caps().change(same.id(), wish.limit().most());
            return told(same.id());
        }
        if (records.caps().count(wish.scope(), wish.subject()) >= MOST_FOR_ONE) {
            throw new Problem(
                    409,
                    "too_many_caps",
                    wish.scope() + ":" + wish.subject() + " has " + MOST_FOR_ONE + " caps (expected: at most that)");
        }
        records.caps().add(wish(wish, organisation, id));
        return told(id);
    }

    private Caps.Cap wish(CapWish wish, String organisation, String id) {
        return new Caps.Cap(
                id,
                organisation,
                wish.scope(),
                wish.subject(),
                wish.limit().unit(),
                wish.limit().most(),
                wish.per(),
                wish.rolling(),
                wish.service(),
                wish.model(),
                1,
                0,
                clock.millis(),
                null);
    }

    /** Whose it is; whom it is for must be there. */
    private String organisation(CapWish wish) {
        String subject = wish.subject();
        return switch (wish.scope()) {
            case "key" -> office.key(subject).organisation();
            case "member" -> directory.member(subject).organisation();
            case "project" -> directory.project(subject).organisation();
            case "wallet" -> office.wallet(subject).organisation();
            case "org" -> existing(subject);
            default -> directory.team(subject).organisation();
        };
    }

    /** An organisation's own caps name it by id: its name is not unique for ever. */
    private String existing(String id) {
        Organisations.Organisation of = directory.organisation(id);
        if (!of.id().equals(id)) {
            throw Problem.invalid("scope: 'org:" + Shown.text(id) + "' (expected: org:" + of.id() + ")");
        }
        return id;
    }

    Object show(String id) {
        Caps.Cap cap = cap(id);
        Map<String, @Nullable Object> json = json(cap);
        int shard = directory.organisation(cap.organisation()).shard();
        List<Map<String, Object>> counters = new ArrayList<>();
        for (String subject : records.caps().subjects(cap)) {
            control.caps()
                    .find(shard, id + ":" + subject)
                    .ifPresent(counter -> counters.add(counter(cap, subject, counter, control.nowMs())));
        }
        json.put("counters", counters);
        return json;
    }

    private static Map<String, Object> counter(Caps.Cap cap, String subject, CapCounter counter, long nowMs) {
        long newest = counter.spent().keySet().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        long held = counter.held().values().stream().mapToLong(Long::longValue).sum();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("subject", subject);
        json.put(
                "spent",
                shown(
                        cap.unit(),
                        counter.rate()
                                ? outstanding(cap, counter, nowMs)
                                : counter.spent().getOrDefault(newest, 0L)));
        json.put("held", shown(cap.unit(), held));
        return json;
    }

    /** Requests that a rate has not forgotten yet. */
    private static long outstanding(Caps.Cap cap, CapCounter counter, long nowMs) {
        return Math.ceilDiv(
                counter.level(cap.most(), nowMs),
                Period.valueOf(cap.per().toUpperCase(Locale.ROOT)).lengthMs());
    }

    Object change(Asked asked) {
        Caps.Cap cap = cap(asked.id());
        CapWish.Limit limit = CapWish.Limit.read(Fields.read(asked.body(), CapWish.Limit.UNITS.toArray(String[]::new)));
        if (!limit.unit().equals(cap.unit())) {
            throw Problem.invalid(limit.unit() + ": the cap counts " + cap.unit() + " (expected: " + cap.unit() + ")");
        }
        limit.checked(cap.per(), cap.rolling());
        records.caps().change(cap.id(), limit.most());
        return told(cap.id());
    }

    Object reset(String id) {
        records.caps().reset(cap(id).id());
        Caps.Cap reset = cap(id);
        treasury.setCap(reset);
        return told(id);
    }

    Object remove(String id) {
        Caps.Cap known = records.caps().find(id).orElseThrow(() -> none(id));
        records.caps().remove(id, clock.millis());
        Caps.Cap removed = records.caps().find(id).orElseThrow();
        // no place may make a counter anew behind its removal
        boolean told = treasury.setPolicy(directory.organisation(known.organisation()));
        treasury.setCap(removed);
        if (!told) {
            throw Directory.pending();
        }
        return json(removed);
    }

    private Object told(String id) {
        Caps.Cap cap = cap(id);
        directory.tellPolicy(cap.organisation());
        return json(cap);
    }

    private Caps.Cap cap(String id) {
        return records.caps().find(id).filter(cap -> cap.removedMs() == null).orElseThrow(() -> none(id));
    }

    private static Problem none(String id) {
        return Problem.notFound("cap '" + Shown.text(id) + "'");
    }

    private static Map<String, @Nullable Object> json(Caps.Cap cap) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", cap.id());
        json.put("organization", cap.organisation());
        json.put("scope", cap.scope() + ":" + cap.subject());
        json.put("per", cap.per());
        json.put("rolling", cap.rolling());
        json.put("unit", cap.unit());
        json.put("limit", shown(cap.unit(), cap.most()));
        json.put("service", cap.service().isEmpty() ? null : cap.service());
        json.put("model", cap.model().isEmpty() ? null : cap.model());
        json.put("version", cap.version());
        json.put("created", Json.moment(cap.createdMs()));
        json.put("removed", cap.removedMs() == null ? null : Json.moment(cap.removedMs()));
        return json;
    }

    /** Amounts as decimal texts, counts as texts too: one field, one type. */
    private static String shown(String unit, long amount) {
        return unit.equals("usd") ? new Usd(amount).toString() : Long.toString(amount);
    }
}
