package tollgate.wallet;

/** Told how long each script call took, seen from here. Thread-safe. */
@FunctionalInterface
public interface ScriptTimer {
    /** A call was answered. */
    void took(String script, long nanos);
}
