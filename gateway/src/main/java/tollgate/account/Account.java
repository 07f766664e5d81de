package tollgate.account;

import tollgate.identity.KeyIdentity;

/** Answers key holders. Thread-safe; may block. */
public interface Account {
    /** Whether a path is one that {@link #answer} deals with. */
    static boolean answers(String path) {
        return path.equals("/v1/wallet") || path.startsWith("/v1/exchanges/");
    }

    /** Answers a GET. */
    AccountAnswer answer(KeyIdentity key, String path);
}
