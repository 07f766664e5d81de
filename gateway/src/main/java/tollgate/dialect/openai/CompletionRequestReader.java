package tollgate.dialect.openai;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.dialect.Splice;
import tollgate.dialect.SplicePoints;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.RequestFields;
import tollgate.dialect.json.RequestReader;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;

/**
 * Reads the body of a completion request (platform.openai.com/docs/api-reference/completions/create). Every candidate of
 * {@code best_of} bills, returned or not, for each prompt.
 */
final class CompletionRequestReader extends RequestReader {
    /** Where none is given OpenAI takes this; others take what the context holds, so it is always said. */
    private static final long USUAL_CEILING = 16;

    private static final int MOST_CHOICES = 128;

    private static final RequestFields TABLE = new RequestFields()
            .with(
                    RequestFields.Kind.PRICED,
                    "model",
                    "prompt",
                    "suffix",
                    "max_tokens",
                    "n",
                    "best_of",
                    "stream",
                    "stream_options",
                    "user")
            .with(
                    RequestFields.Kind.FREE,
                    "echo",
                    "temperature",
                    "top_p",
                    "top_k",
                    "min_p",
                    "stop",
                    "seed",
                    "logprobs",
                    "logit_bias",
                    "presence_penalty",
                    "frequency_penalty",
                    "repetition_penalty")
            // names of other vendors for what the table bounds, or for another model than the one that was priced
            .with(RequestFields.Kind.NOT_PRICED, "max_completion_tokens", "min_tokens", "n_predict", "models");

    private final PromptReader prompt;
    private final StreamOptions streamOptions;
    private @Nullable String model;
    private @Nullable Long ceiling;
    private @Nullable Splice usualCeiling;
    private long choices = 1;
    private boolean stream;
    private @Nullable String user;

    CompletionRequestReader(JsonParser parser) {
        super(parser, TABLE);
        prompt = new PromptReader(parser);
        streamOptions = new StreamOptions(parser);
    }

    @Override
    protected void priced(String name) {
        switch (name) {
            case "model" -> model = Value.text(parser, name);
            case "prompt" -> prompt.read(name);
            case "max_tokens" -> ceiling();
            case "n", "best_of" -> choices = Math.max(choices, choices(name));
            case "stream" -> stream = Value.bool(parser, name);
            case "stream_options" -> streamOptions.read();
            case "user" -> user = Value.text(parser, name);
            default -> weight += TextWeight.of(parser);
        }
    }

    private void ceiling() {
        ceiling = Value.count(parser, "max_tokens", 0);
        if (ceiling == null) {
            usualCeiling = new Splice(offset(), "null", Long.toString(USUAL_CEILING));
        }
    }

    private long choices(String name) {
        Long wanted = Value.count(parser, name);
        if (wanted != null && wanted > MOST_CHOICES) {
            throw BadRequest.value(name, wanted.toString(), "at most " + MOST_CHOICES);
        }
        return wanted == null ? 1 : wanted;
    }

    @Override
    protected MeteredRequest finished() {
        String asked = required(model);
        if (!given("prompt")) {
            throw BadRequest.value("prompt", "absent", "a string, token numbers, or an array of either");
        }
        if (!given("max_tokens")) {
            usualCeiling = new Splice(start, "", "\"max_tokens\":" + USUAL_CEILING + ",");
        }
        return new MeteredRequest(
                Service.COMPLETIONS,
                asked,
                stream,
                streamOptions.asked(),
                Objects.requireNonNullElse(ceiling, USUAL_CEILING),
                Math.toIntExact(choices * prompt.prompts()),
                weight + prompt.weight(),
                new MeteredRequest.ImageCount(0, 0),
                0,
                0,
                false,
                null,
                MeteredRequest.Conditions.STANDARD,
                MeteredRequest.Extent.prompts(prompt.prompts()),
                user,
                Map.of(),
                unknown(),
                splices(stream ? streamOptions.splice(start) : null, usualCeiling));
    }

    private static SplicePoints splices(@Nullable Splice usage, @Nullable Splice usualCeiling) {
        return (reportUsage, ceiling) -> {
            List<Splice> splices = new ArrayList<>();
            if (reportUsage && usage != null) {
                splices.add(usage);
            }
            if (usualCeiling != null) {
                splices.add(usualCeiling);
            }
            splices.sort(Comparator.comparingInt(Splice::offset));
            return splices;
        };
    }
}
