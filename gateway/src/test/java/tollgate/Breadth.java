package tollgate;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** How much of a large table of tests is run: a part by the plain test command, all of it where {@code TOLLGATE_FULL} is set. */
public final class Breadth {
    static final String VARIABLE = "TOLLGATE_FULL";

    private Breadth() {}

    /** Whether everything is run. */
    public static boolean full() {
        return System.getenv(VARIABLE) != null;
    }

    /** Whether even what takes a quarter of an hour alone is run: {@code TOLLGATE_FULL=every}. */
    public static boolean every() {
        return "every".equals(System.getenv(VARIABLE));
    }

    /** Seeds from 1 on. */
    public static LongStream seeds(int plain, int full) {
        return LongStream.rangeClosed(1, full() ? full : plain);
    }

    /** Each row, or one of so many. */
    public static <T> List<T> oneOf(int stride, List<T> rows) {
        return full()
                ? rows
                : IntStream.iterate(0, i -> i < rows.size(), i -> i + stride)
                        .mapToObj(rows::get)
                        .toList();
    }
}
