package tollgate.admin;

/**
 * An answer that is a table (RFC 4180).
 *
 * @param text its lines
 */
record Csv(String text) {}
