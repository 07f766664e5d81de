package tollgate.identity;

/** Patterns of model names: {@code *} stands for any run of characters, everything else for itself. Stateless. */
public final class ModelPattern {
    private ModelPattern() {}

    /** Whether a pattern covers a name. */
    public static boolean matches(String pattern, String model) {
        String[] parts = pattern.split("\\*", -1);
        if (parts.length == 1) {
            return model.equals(pattern);
        }
        if (!model.startsWith(parts[0])) {
            return false;
        }
        int at = parts[0].length();
        for (int i = 1; i < parts.length - 1; i++) {
            int found = model.indexOf(parts[i], at);
            if (found < 0) {
                return false;
            }
            at = found + parts[i].length();
        }
        String last = parts[parts.length - 1];
        return model.length() - at >= last.length() && model.endsWith(last);
    }
}
