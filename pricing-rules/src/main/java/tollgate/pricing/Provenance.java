package tollgate.pricing;

/**
 * Where a rate is from.
 *
 * @param source the page
 * @param seen the day it was seen there: {@code 2026-08-01}
 */
public record Provenance(String source, String seen) {
    @Override
    public String toString() {
        return source + ", seen " + seen;
    }
}
