package tollgate.admin;

import java.util.List;
import java.util.function.Function;

/**
 * One operation of the control plane's API.
 *
 * @param method {@code GET}, {@code POST} or {@code DELETE}
 * @param path with {@code {id}} where an id stands
 * @param status of a good answer
 * @param queries names that its query may have
 * @param work makes the answer, or throws a {@link Problem}
 */
record Route(String method, String path, int status, List<String> queries, Function<Asked, Object> work) {
    static Route get(String path, Function<Asked, Object> work, String... queries) {
        return new Route("GET", path, 200, List.of(queries), bodiless(work));
    }

    static Route post(String path, int status, Function<Asked, Object> work) {
        return new Route("POST", path, status, List.of(), work);
    }

    /** Without anything to say in a body. */
    static Route bare(String path, int status, Function<Asked, Object> work) {
        return post(path, status, bodiless(work));
    }

    static Route delete(String path, Function<Asked, Object> work) {
        return new Route("DELETE", path, 200, List.of(), bodiless(work));
    }

    private static Function<Asked, Object> bodiless(Function<Asked, Object> work) {
        return asked -> {
            Fields.none(asked.body());
            return work.apply(asked);
        };
    }
}
