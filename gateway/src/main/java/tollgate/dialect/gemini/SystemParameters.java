package tollgate.dialect.gemini;

/**
 * What Google's services take in a query beside their own fields: masks that leave usage out of answers, other encodings of
 * them, scripts around them. Of these only what changes nothing that is read may pass. Stateless.
 */
final class SystemParameters {
    private SystemParameters() {}

    /** Whether a field of the query may pass. */
    static boolean takes(String name, String value) {
        return switch (name) {
            case "alt" -> value.equals("sse") || value.equals("json");
            case "prettyPrint" -> true;
            default -> false;
        };
    }
}
