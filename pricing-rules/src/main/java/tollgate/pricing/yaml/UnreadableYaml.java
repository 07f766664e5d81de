package tollgate.pricing.yaml;

/** A text is no YAML, or none that anybody would write. */
public final class UnreadableYaml extends Exception {
    private static final long serialVersionUID = 1;

    private final int line;

    UnreadableYaml(int line, String problem, Throwable cause) {
        super(problem, cause);
        this.line = line;
    }

    /** Where a complaint is about: {@code file:line: }, without the line where it is not known. */
    public String at(String file) {
        return line == 0 ? file + ": " : file + ":" + line + ": ";
    }

    /** What is wrong, without file and line. */
    public String problem() {
        return String.valueOf(getMessage());
    }
}
