package tollgate.dialect;

/**
 * Where a request's body names its model. Immutable.
 *
 * @param offset of the value's first quote, in bytes from the start of the body
 * @param written the value as the client wrote it, quotes and escapes included; ASCII
 */
public record ModelPlace(int offset, String written) {
    /** Google's bodies name a model as a resource. */
    private static final String RESOURCE = "\"models/";

    /**
     * The change that asks for another model.
     *
     * @param model a name without quotes, backslashes and control characters; ASCII
     */
    public Splice naming(String model) {
        return new Splice(offset, written, (written.startsWith(RESOURCE) ? RESOURCE : "\"") + model + "\"");
    }
}
