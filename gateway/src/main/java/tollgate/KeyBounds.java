package tollgate;

import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tollgate.identity.Bounds;
import tollgate.identity.Cap;
import tollgate.identity.Period;
import tollgate.records.Caps;
import tollgate.records.Keys;

/** How far the holder of a key may go, from what the books say of it. Stateless. */
final class KeyBounds {
    private KeyBounds() {}

    static Bounds of(Keys.Key key, List<Caps.Cap> above, List<String> frozenModels) {
        List<Cap> caps = above.stream()
                .map(cap -> cap(key, cap))
                .sorted(Comparator.comparingInt((Cap cap) -> cap.unit().turn())
                        .thenComparing(Cap::scope)
                        .thenComparing(Cap::id))
                .toList();
        return new Bounds(standing(key), ZoneId.of(key.zone()), caps, frozenModels);
    }

    private static Bounds.Standing standing(Keys.Key key) {
        if (key.moving()) {
            return Bounds.Standing.MOVING;
        }
        if (key.organisationFrozen()) {
            return Bounds.Standing.ORGANIZATION_FROZEN;
        }
        if (key.frozen()) {
            return Bounds.Standing.KEY_FROZEN;
        }
        return "viewer".equals(key.role()) ? Bounds.Standing.VIEWER : Bounds.Standing.GOOD;
    }

    private static Cap cap(Keys.Key key, Caps.Cap cap) {
        Cap.Scope scope = Cap.Scope.valueOf(cap.scope().toUpperCase(Locale.ROOT).replace('-', '_'));
        // a member that the books do not know is nobody's counter
        String each = key.role() == null || key.member() == null ? key.id() : key.member();
        return new Cap(
                cap.id(),
                scope,
                cap.subject(),
                scope == Cap.Scope.EACH_MEMBER ? each : cap.subject(),
                Cap.Unit.valueOf(cap.unit().toUpperCase(Locale.ROOT)),
                cap.most(),
                Period.valueOf(cap.per().toUpperCase(Locale.ROOT)),
                cap.rolling(),
                orNull(cap.service()),
                orNull(cap.model()),
                cap.version(),
                cap.reset());
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
