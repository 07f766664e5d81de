package tollgate.admin;

import java.util.function.Function;

/**
 * One operation of the control plane's API.
 *
 * @param method {@code GET}, {@code POST} or {@code DELETE}
 * @param path with {@code {id}} where an id stands
 * @param status of a good answer
 * @param work makes the answer, or throws a {@link Problem}
 */
record Route(String method, String path, int status, Function<Asked, Object> work) {
    static Route get(String path, Function<Asked, Object> work) {
        return new Route("GET", path, 200, work);
    }

    static Route post(String path, int status, Function<Asked, Object> work) {
        return new Route("POST", path, status, work);
    }

    static Route delete(String path, Function<Asked, Object> work) {
        return new Route("DELETE", path, 200, work);
    }
}
