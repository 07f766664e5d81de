package tollgate.dialect;

/** What kind of work a request asks for. */
public enum Service {
    /** A conversation's next message. */
    CHAT("chat");

    private final String wireName;

    Service(String wireName) {
        this.wireName = wireName;
    }

    /** The name announced in {@code X-Request-Type} and kept in records. */
    public String wireName() {
        return wireName;
    }
}
