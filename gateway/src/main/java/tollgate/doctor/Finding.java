package tollgate.doctor;

/**
 * One thing that was looked at. Immutable.
 *
 * @param area what it belongs to: {@code config}, {@code data}, {@code redis}, {@code records}, {@code upstream}
 * @param verdict how it is
 * @param message what was found and, where it is not well, what was expected
 */
public record Finding(String area, Verdict verdict, String message) {
    /** How a thing is. */
    public enum Verdict {
        OK,
        WARNING,
        FAILED
    }

    static Finding ok(String area, String message) {
        return new Finding(area, Verdict.OK, message);
    }

    static Finding warning(String area, String message) {
        return new Finding(area, Verdict.WARNING, message);
    }

    static Finding failed(String area, String message) {
        return new Finding(area, Verdict.FAILED, message);
    }
}
