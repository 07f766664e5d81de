package tollgate.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts {@code ${ENV}} and {@code ${file:PATH}} in. Confined to one thread. */
final class Expansion {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");

    private final Map<String, String> environment;
    private final List<String> warnings = new ArrayList<>();

    Expansion(Map<String, String> environment) {
        this.environment = environment;
    }

    /** A variable that is not set. */
    static final class Unset extends Exception {
        private static final long serialVersionUID = 1;

        Unset(String message) {
            super(message);
        }
    }

    String of(String text) throws Unset {
        Matcher variables = VARIABLE.matcher(text);
        StringBuilder expanded = new StringBuilder();
        while (variables.find()) {
            variables.appendReplacement(expanded, Matcher.quoteReplacement(value(variables.group(1))));
        }
        return variables.appendTail(expanded).toString();
    }

    private String value(String name) throws Unset {
        if (name.startsWith("file:")) {
            try {
                return Files.readString(Path.of(name.substring("file:".length())))
                        .strip();
            } catch (IOException unreadable) {
                throw new Unset("${" + name + "} cannot be read");
            }
        }
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            throw new Unset("${" + name + "} is not set");
        }
        return value;
    }

    void warn(String warning) {
        warnings.add(warning);
    }

    List<String> warnings() {
        return warnings;
    }
}
