package tollgate.dialect.anthropic;

import tollgate.dialect.RandomStreams;

/** Message streams: starts, blocks, deltas and usage in any order, and names where they mean nothing. */
final class RandomMessages extends RandomStreams {
    RandomMessages(long seed) {
        super(seed);
    }

    @Override
    protected String last() {
        return "{" + gap()
                + "\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"usage\":{\"output_tokens\":7}}"
                + usage() + "}";
    }

    @Override
    protected String end() {
        return "{\"type\":" + gap() + (random.nextInt(6) == 0 ? "\"message\\u005fstop\"" : "\"message_stop\"") + "}";
    }

    @Override
    protected String chunk() {
        return switch (random.nextInt(9)) {
            case 0 ->
                "{\"type\":\"message_start\",\"message\":{\"id\":\"" + text() + "\",\"type\":\"message\",\"model\":\"m-"
                        + random.nextInt(3) + "\",\"content\":[]" + usage() + "}}";
            case 1 -> "{\"type\":\"ping\"}";
            case 2 -> "{\"type\":\"content_block_stop\",\"index\":" + random.nextInt(4) + gap() + "}";
            case 3 ->
                "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\""
                        + text() + "\",\"input\":{\"a\":\"" + text() + "\",\"b\":[{\"text\":\"" + text() + "\"}]}}}";
            case 4 ->
                "{\"type\":\"content_block_start\",\"content_block\":{\"type\":\"web_search_tool_result\",\"content\":[{\"text\":\""
                        + text() + "\",\"type\":\"message_stop\"}]},\"index\":1}";
            case 5 -> delta("signature", "signature_delta");
            case 6 -> delta("thinking", "thinking_delta");
            case 7 ->
                random.nextInt(6) == 0
                        ? "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"" + text()
                                + "\"}}"
                        : delta("partial_json", "input_json_delta");
            default -> delta(random.nextInt(8) == 0 ? "te\\u0078t" : "text", "text_delta");
        };
    }

    private String delta(String name, String type) {
        boolean typeLast = random.nextInt(5) == 0;
        String content = "\"" + name + "\":" + gap() + "\"" + text() + "\"";
        String kind = "\"type\":\"" + type + "\"";
        return "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{"
                + (typeLast ? content + "," + kind : kind + "," + content) + "}" + gap() + "}";
    }

    private String usage() {
        if (random.nextInt(5) == 0) {
            return random.nextBoolean() ? "" : ",\"usage\":null";
        }
        String name = random.nextInt(5) == 0 ? "\\u0075sage" : "usage";
        String input = random.nextInt(3) == 0 ? "" : "\"input_tokens\":" + random.nextInt(1000) + ",";
        return ",\"" + name + "\":{" + input + "\"note\":\"" + text() + "\",\"output_tokens\":" + random.nextInt(1000)
                + ",\"server_tool_use\":{\"web_fetch_requests\":1}}";
    }

    private String gap() {
        return random.nextInt(4) == 0 ? "   " : "";
    }
}
