package tollgate.pricing;

/**
 * Where a rate is from.
 *
 * @param source the page that states it
 * @param seen the day it was seen: {@code 2026-08-01}
 * @param via where it was seen, when that was not the page itself: a catalogue of that day; empty: the page
 */
public record Provenance(String source, String seen, String via) {
    /** Seen on the page itself. */
    public Provenance(String source, String seen) {
        this(source, seen, "");
    }

    @Override
    public String toString() {
        return source + ", seen " + seen + (via.isEmpty() ? "" : " via " + via);
    }
}
