package tollgate.pricing.yaml;

import java.util.Optional;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.parser.Parser;

/**
 * Passes events on while they are nested as people nest them. The composer calls itself for each level: two hundred
 * thousand brackets would end the stack of its thread, and with it whatever else that thread keeps.
 */
final class ShallowParser implements Parser {
    /** A rate card nests six levels, a catalogue five. */
    static final int DEEPEST = 64;

    private final Parser parser;
    private int depth;
    private int line;

    ShallowParser(Parser parser) {
        this.parser = parser;
    }

    /** The line of the last event, from 1; 0 before the first. */
    int line() {
        return line;
    }

    @Override
    public boolean hasNext() {
        return parser.hasNext();
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
        return parser.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
        return parser.peekEvent();
    }

    @Override
    public Event next() {
        Event event = parser.next();
        line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(line);
        switch (event.getEventId()) {
            case SequenceStart, MappingStart -> depth++;
            case SequenceEnd, MappingEnd -> depth--;
            default -> {}
        }
        if (depth > DEEPEST) {
            throw new ParserException(
                    null,
                    Optional.empty(),
                    "nested too deeply (expected: at most " + DEEPEST + " levels)",
                    event.getStartMark());
        }
        return event;
    }
}
