package tollgate.simulator;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import tollgate.http.GoneReason;
import tollgate.http.RequestHead;
import tollgate.http.RequestReceiver;
import tollgate.http.ServerExchange;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One request to the sandbox. Confined to its event loop. */
final class SandboxExchange implements RequestReceiver {
    private static final Provider OPENAI = new OpenAiProvider(OpenAiWork.CHAT);
    private static final Provider COMPLETIONS = new OpenAiProvider(OpenAiWork.COMPLETIONS);
    private static final Provider EMBEDDINGS = new OpenAiProvider(OpenAiWork.EMBEDDINGS);
    private static final Provider MODERATION = new OpenAiProvider(OpenAiWork.MODERATION);
    private static final Provider ANTHROPIC = new AnthropicProvider(false);
    private static final Provider COUNTING = new AnthropicProvider(true);

    private final ServerExchange client;
    private final SandboxLog log;
    private final Barriers barriers;
    private final Script script;
    private final Shelf shelf;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable Playback playback;
    private boolean gone;

    SandboxExchange(ServerExchange client, SandboxLog log, Barriers barriers, Script script, Shelf shelf) {
        this.shelf = shelf;
        this.client = client;
        this.log = log;
        this.barriers = barriers;
        this.script = script;
        client.sendContinue();
        client.readBody();
    }

    @Override
    public void onBody(ByteBuf slice) {
        try {
            slice.readBytes(body, slice.readableBytes());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        } finally {
            slice.release();
        }
    }

    @Override
    public void onBodyEnd() {
        RequestHead head = client.head();
        String route = head.method() + " " + AzurePaths.plain(head.path());
        GeminiProvider gemini = GeminiProvider.at(head);
        if (gemini != null) {
            converse(head, gemini);
            return;
        }
        BedrockProvider bedrock = BedrockProvider.at(head);
        if (bedrock != null) {
            converse(head, bedrock);
            return;
        }
        switch (route) {
            case "POST /v1/chat/completions" -> converse(head, new ShelfProvider(OpenAiWork.CHAT, shelf));
            case "POST /v1beta/openai/chat/completions" -> converse(head, OPENAI);
            case "POST /v1beta/openai/embeddings" -> converse(head, EMBEDDINGS);
            case "POST /api/chat", "POST /api/generate", "POST /api/embed" ->
                converse(head, new OllamaProvider(head.path()));
            case "POST /v1/completions" -> converse(head, COMPLETIONS);
            case "POST /v1/embeddings" -> converse(head, EMBEDDINGS);
            case "POST /v1/moderations" -> converse(head, MODERATION);
            case "POST /v1/responses" -> converse(head, new ShelfProvider(OpenAiWork.RESPONSES, shelf));
            case "POST /v1/messages" -> converse(head, ANTHROPIC);
            case "POST /v1/messages/count_tokens" -> converse(head, COUNTING);
            case "GET /v1/models" -> json(200, models());
            case "GET /sandbox/requests" -> json(200, seen());
            case "POST /sandbox/release" -> json(200, "{\"released\":" + barriers.release() + "}");
            default -> {
                if (!kept(head)) {
                    error(
                            head.path().startsWith("/v1/messages") ? ANTHROPIC : OPENAI,
                            404,
                            "Unknown request URL: " + route + ".");
                }
            }
        }
    }

    /** Whether the question is about something that is kept here. */
    private boolean kept(RequestHead head) {
        String text = body.toString(StandardCharsets.UTF_8);
        ShelfDesk.Said said =
                new ShelfDesk(shelf).answer(head.method().name(), AzurePaths.plain(head.path()), head.query(), text);
        if (said == null) {
            return false;
        }
        log.seen(new SandboxLog.Seen(
                head.path() + (head.query() == null ? "" : "?" + head.query()), fields(head.headers()), text));
        if (said.stream() == null) {
            json(said.status(), said.document());
        } else {
            HttpHeaders headers = OPENAI.headers("text/event-stream; charset=utf-8");
            client.sendHead(200, headers, -1);
            play(said.stream(), Directives.of("", "", head.headers().get(Directives.HEADER)));
        }
        return true;
    }

    private void converse(RequestHead head, Provider provider) {
        String text = body.toString(StandardCharsets.UTF_8);
        log.seen(new SandboxLog.Seen(
                head.path() + (head.query() == null ? "" : "?" + head.query()), fields(head.headers()), text));
        JsonNode json;
        try {
            json = JsonMapper.shared().readTree(text);
        } catch (JacksonException broken) {
            error(provider, 400, "We could not parse the JSON body of your request.");
            return;
        }
        AzurePaths.nameModel(head.path(), json);
        String fault = provider.fault(head.headers(), json);
        if (fault != null) {
            error(provider, 400, fault);
            return;
        }
        if (!provider.hasKey(head.headers())) {
            error(provider, 401, "You didn't provide an API key.");
            return;
        }
        Directives directives = Directives.of(
                script.next(), provider.model(json), head.headers().get(Directives.HEADER));
        if (provider.isTooLarge(json, directives)) {
            error(provider, 400, "The sandbox makes whole answers of at most 64 MiB.");
            return;
        }
        long parties = directives.number("barrier", 0);
        if (parties > 0) {
            barriers.await(parties, () -> client.loop().execute(() -> answer(provider, json, directives)));
        } else {
            answer(provider, json, directives);
        }
    }

    private void answer(Provider provider, JsonNode json, Directives directives) {
        if (gone || directives.is("stall", "head")) {
            return;
        }
        int status = (int) directives.number("status", 200);
        if (status != 200) {
            refuse(provider, status, directives);
            return;
        }
        HttpHeaders headers = provider.headers("application/json");
        Answer answer = provider.answer(json, directives);
        if (!answer.stream()) {
            answer.head(headers);
            byte[] document = coded(List.of(answer.document()), directives, headers);
            client.sendHead(200, headers, document.length);
            play(List.of(document), directives);
            return;
        }
        headers.set(HttpHeaderNames.CONTENT_TYPE, answer.streamType());
        List<byte[]> events = answer.events();
        if (directives.text("encoding") != null) {
            events = List.of(coded(events, directives, headers));
        }
        client.sendHead(200, headers, -1);
        play(events, directives);
    }

    private void play(List<byte[]> pieces, Directives directives) {
        Playback playing = new Playback(client, pieces, directives);
        playback = playing;
        playing.run();
    }

    private void refuse(Provider provider, int status, Directives directives) {
        HttpHeaders headers = provider.headers("application/json").remove(HttpHeaderNames.RETRY_AFTER);
        String retryAfter = directives.text("retry-after");
        if (retryAfter != null) {
            headers.set(HttpHeaderNames.RETRY_AFTER, retryAfter);
        }
        provider.mark(headers, status, directives.text("code"));
        String message = directives.text("message");
        if (status >= 300 && status < 400) {
            headers.set(HttpHeaderNames.LOCATION, "http://127.0.0.1:9/elsewhere");
        }
        byte[] bytes = provider.error(
                status,
                directives.text("code"),
                message == null ? "The sandbox was told to answer " + status + "." : message);
        client.simple(status, headers, Unpooled.wrappedBuffer(bytes));
    }

    private static byte[] coded(List<byte[]> pieces, Directives directives, HttpHeaders headers) {
        boolean gzip = directives.is("encoding", "gzip");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var out = gzip ? new GZIPOutputStream(bytes) : bytes) {
            for (byte[] piece : pieces) {
                out.write(piece);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        if (gzip) {
            headers.set(HttpHeaderNames.CONTENT_ENCODING, "gzip");
        }
        return bytes.toByteArray();
    }

    private void error(Provider provider, int status, String message) {
        HttpHeaders headers = provider.headers("application/json").remove(HttpHeaderNames.RETRY_AFTER);
        provider.mark(headers, status, null);
        client.simple(status, headers, Unpooled.wrappedBuffer(provider.error(status, null, message)));
    }

    private void json(int status, String text) {
        client.simple(
                status,
                OPENAI.headers("application/json"),
                Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String models() {
        StringBuilder json = new StringBuilder("{\"object\":\"list\",\"data\":[");
        for (String model : ChatCall.models()) {
            json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
                    .append("{\"id\":\"")
                    .append(model)
                    .append("\",\"object\":\"model\",\"created\":1715367049,\"owned_by\":\"sandbox\"}");
        }
        return json.append("]}").toString();
    }

    private String seen() {
        return JsonMapper.shared()
                .createObjectNode()
                .put("requests", log.requests())
                .put("abandoned", log.abandonedCalls())
                .put("waiting", barriers.waiting())
                .putPOJO("last", log.last())
                .toString();
    }

    private static Map<String, String> fields(HttpHeaders headers) {
        Map<String, String> fields = new TreeMap<>();
        headers.forEach(field -> fields.put(field.getKey().toLowerCase(Locale.ROOT), field.getValue()));
        return fields;
    }

    @Override
    public void onGone(GoneReason reason) {
        gone = true;
        log.abandoned();
        Playback playing = playback;
        if (playing != null) {
            playing.stop();
        }
    }

    @Override
    public void onWritable() {
        Playback playing = playback;
        if (playing != null) {
            playing.run();
        }
    }
}
