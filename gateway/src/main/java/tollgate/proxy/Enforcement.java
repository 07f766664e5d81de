package tollgate.proxy;

import org.jspecify.annotations.Nullable;
import tollgate.dialect.Refusal;
import tollgate.identity.Bounds;
import tollgate.identity.KeyIdentity;

/**
 * Whether one exchange is refused, or what would have refused it is only noted ({@code enforce: false}). Confined to the
 * connection's event loop.
 */
final class Enforcement {
    private final boolean enforced;
    private @Nullable Refusal noted;

    /** Of an exchange for which nothing has been noted yet. */
    Enforcement(boolean enforced) {
        this.enforced = enforced;
    }

    /** Nothing refuses for money, limits or rights. */
    boolean observes() {
        return !enforced;
    }

    /** The refusal that is to be made, of one that may be: null where there is none, or it is only noted. */
    @Nullable
    Refusal made(@Nullable Refusal would) {
        if (enforced || would == null) {
            return would;
        }
        note(would);
        return null;
    }

    /**
     * Why a key's holder may not spend; null where it may, or that is only noted. Of an organisation on its way between shards
     * nothing is admitted, whatever is enforced: no policy says so, but that its money is not there.
     */
    @Nullable
    Refusal mayNotSpend(KeyIdentity key) {
        Refusal no = CapRefusals.mayNotSpend(key);
        return key.bounds().standing() == Bounds.Standing.MOVING ? no : made(no);
    }

    /** The first refusal that is not made is remembered. */
    void note(Refusal would) {
        if (noted == null) {
            noted = would;
        }
    }

    /** The refusal that was not made, by its code; null where none would have been. */
    @Nullable
    String notRefused() {
        return noted == null ? null : noted.code();
    }
}
