package tollgate.dialect.gemini;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Streams of Gemini's in both of their forms, and what a reader that takes its time makes of one. */
final class GeminiSamples {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** UTF-8 bytes of what was generated. */
    long content;

    /** The bound of its tokens. */
    long bound;

    /** The last usage that was told, as it stands. */
    JsonNode usage = MAPPER.missingNode();

    GeminiSamples(byte[] events) {
        for (String data : data(events)) {
            try {
                piece(MAPPER.readTree(data));
            } catch (JacksonException torn) {
                throw new IllegalArgumentException(data, torn);
            }
        }
    }

    /** The data of each event. */
    static List<String> data(byte[] events) {
        List<String> data = new ArrayList<>();
        for (String block : new String(events, StandardCharsets.UTF_8).split("\r?\n\r?\n", -1)) {
            if (block.startsWith("data: ")) {
                data.add(block.substring("data: ".length()));
            }
        }
        return data;
    }

    /** The same answer as it comes without {@code alt=sse}: one array. */
    static byte[] array(byte[] events) {
        return ("[" + String.join(",\r\n", data(events)) + "\n]\n").getBytes(StandardCharsets.UTF_8);
    }

    private void piece(JsonNode piece) {
        JsonNode told = piece.path("usageMetadata");
        if (told.has("promptTokenCount") || told.has("candidatesTokenCount") || told.has("totalTokenCount")) {
            usage = told;
        }
        for (JsonNode candidate : piece.path("candidates")) {
            bound += GeminiDocument.UNITS_A_CANDIDATE;
            for (JsonNode part : candidate.path("content").path("parts")) {
                part.properties().forEach(field -> part(field.getKey(), field.getValue()));
            }
        }
    }

    private void part(String name, JsonNode value) {
        if (value.isString()) {
            bound += bytes(value);
            content += name.equals("text") ? bytes(value) : 0;
        } else if (name.equals("functionCall")) {
            bound += GeminiDocument.UNITS_A_CALL;
            arguments(value, 0);
        } else {
            apart(value, name);
        }
    }

    private void arguments(JsonNode node, int depth) {
        for (var field : node.properties()) {
            bound += field.getKey().length();
            argument(field.getKey(), field.getValue(), depth);
        }
    }

    private void argument(String name, JsonNode value, int depth) {
        bound += GeminiDocument.UNITS_AN_ARGUMENT;
        if (value.isString()) {
            bound += bytes(value);
            content += name.equals("jsonPath") || (name.equals("id") && depth == 0) ? 0 : bytes(value);
        } else if (value.isArray()) {
            value.forEach(each -> argument(name, each, depth + 1));
        } else {
            arguments(value, depth + 1);
        }
    }

    private void apart(JsonNode node, String part) {
        for (var field : node.properties()) {
            if (field.getValue().isString()) {
                bound += bytes(field.getValue());
                content += part.equals("executableCode") && field.getKey().equals("code") ? bytes(field.getValue()) : 0;
            } else {
                apart(field.getValue(), "");
            }
        }
        if (node.isArray()) {
            for (JsonNode each : node) {
                bound += each.isString() ? bytes(each) : 0;
                apart(each, "");
            }
        }
    }

    private static int bytes(JsonNode text) {
        return text.stringValue().getBytes(StandardCharsets.UTF_8).length;
    }
}
