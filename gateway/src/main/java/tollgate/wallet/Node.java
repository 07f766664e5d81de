package tollgate.wallet;

/** Where a server listens. Immutable. */
record Node(String host, int port) {
    /** Of {@code host:port}; an IPv6 address may have its brackets. */
    static Node of(String text) {
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return new Node(
                bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
