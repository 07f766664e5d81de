package tollgate.pricing.yaml;

import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Composes a text to nodes, never to objects: no tag of it means anything. A byte order mark is no part of a text.
 * Stateless and thread-safe.
 */
public final class YamlText {
    private YamlText() {}

    /**
     * The document of a text; nothing where it has none.
     *
     * @param settings how much a text may have; with marks
     * @throws UnreadableYaml where it is no YAML, too long, nested too deeply or has too many aliases
     */
    public static Optional<Node> compose(LoadSettings settings, String text) throws UnreadableYaml {
        String plain = text.startsWith("\uFEFF") ? text.substring(1) : text;
        ShallowParser parser = new ShallowParser(new ParserImpl(settings, new StreamReader(settings, plain)));
        try {
            return new Composer(settings, parser).getSingleNode();
        } catch (MarkedYamlEngineException broken) {
            int line = broken.getProblemMark().map(mark -> mark.getLine() + 1).orElseGet(parser::line);
            boolean second = "but found another document".equals(broken.getProblem());
            throw new UnreadableYaml(line, second ? "a second document (expected: one)" : broken.getProblem(), broken);
        } catch (ReaderException special) {
            String character = "character U+%04X (expected: printable text)".formatted(special.getCodePoint());
            throw new UnreadableYaml(lineOf(plain, special.getPosition()), character, special);
        } catch (YamlEngineException broken) {
            throw new UnreadableYaml(parser.line(), String.valueOf(broken.getMessage()), broken);
        }
    }

    /** The line of the code point at an index, from 1. */
    private static int lineOf(String text, int codePoints) {
        return 1
                + (int) text.codePoints()
                        .limit(codePoints)
                        .filter(each -> each == '\n')
                        .count();
    }
}
