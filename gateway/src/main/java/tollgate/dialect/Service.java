package tollgate.dialect;

/** What kind of work a request asks for. */
public enum Service {
    /** A conversation's next message. */
    CHAT("chat", false),
    /** How many tokens a conversation has: providers ask nothing for it, and neither do we. */
    COUNT_TOKENS("count_tokens", true);

    private final String wireName;
    private final boolean free;

    Service(String wireName, boolean free) {
        this.wireName = wireName;
        this.free = free;
    }

    /** The name announced in {@code X-Request-Type} and kept in records. */
    public String wireName() {
        return wireName;
    }

    /** Nothing is held or charged for it. */
    public boolean free() {
        return free;
    }
}
