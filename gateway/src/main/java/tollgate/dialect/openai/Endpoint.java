package tollgate.dialect.openai;

import java.util.function.Function;
import java.util.function.Supplier;
import tollgate.dialect.Service;
import tollgate.dialect.answer.ReadFacts;
import tollgate.dialect.json.RequestReader;
import tools.jackson.core.JsonParser;

/**
 * One metered path of the dialect, asked by POST.
 *
 * @param service what it does
 * @param path where it is
 * @param reader makes a reader of its requests
 * @param facts makes what keeps the facts of one of its answers
 */
record Endpoint(Service service, String path, Function<JsonParser, RequestReader> reader, Supplier<ReadFacts> facts) {}
