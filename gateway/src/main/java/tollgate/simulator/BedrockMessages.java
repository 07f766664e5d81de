package tollgate.simulator;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Anthropic's answer as Bedrock sends it: counts in its head, or its events in frames.
 *
 * @param message as Anthropic itself sends it
 */
record BedrockMessages(MessageAnswer message, MessageCall call) implements Answer {
    @Override
    public boolean stream() {
        return message.stream();
    }

    @Override
    public String streamType() {
        return "application/vnd.amazon.eventstream";
    }

    @Override
    public void head(HttpHeaders headers) {
        headers.set("x-amzn-bedrock-input-token-count", Long.toString(call.promptTokens()));
    }

    @Override
    public byte[] document() {
        return message.document();
    }

    @Override
    public List<byte[]> events() {
        List<byte[]> frames = new ArrayList<>();
        for (byte[] event : message.events()) {
            String text = new String(event, StandardCharsets.UTF_8);
            String data =
                    text.substring(text.indexOf("data: ") + "data: ".length()).strip();
            JsonNode json = JsonMapper.shared().readTree(data);
            String type = json.path("type").asString("");
            if (type.equals("error")) {
                frames.add(Frames.exception("modelStreamErrorException", "The sandbox was told to fail."));
                return frames;
            }
            if (type.equals("message_stop")) {
                BedrockAnswer.metrics((ObjectNode) json, call.promptTokens(), 1);
            }
            if (!type.equals("ping")) {
                frames.add(Frames.chunk(json.toString()));
            }
        }
        return frames;
    }
}
