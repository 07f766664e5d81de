package tollgate.dialect.usage;

import java.util.List;
import java.util.function.Predicate;
import tollgate.pricing.UnitClass;

/** One family's usage object. */
interface Shape {
    /** The fields are this family's. */
    boolean recognises(Counts counts);

    /** Reads it. */
    List<Reported.Part> read(Counts counts, Predicate<UnitClass> apart);
}
