package tollgate.dialect;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/** What metering one streamed event costs, in each dialect, beside what handing it on costs anyway. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        // as the gateway runs
        jvmArgsAppend = {"-Dio.netty.leakDetection.level=disabled", "--sun-misc-unsafe-memory-access=allow"})
@State(Scope.Thread)
public class MeteringBenchmark {
    private static final String[] WORDS = {"metered", " at", " the", " speed", " of", " an", " unmetered", " nginx"};

    /** One of a dialect's streams: how it is asked for, and what one of its events looks like. */
    public enum Stream {
        CHAT(
                "openai",
                Service.CHAT,
                AnswerShape.Form.EVENTS,
                "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,"
                        + "\"model\":\"gpt-4o-mini-2024-07-18\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_1\","
                        + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"WORD\"},\"logprobs\":null,"
                        + "\"finish_reason\":null}],\"usage\":null}\n\n"),
        RESPONSES(
                "openai",
                Service.RESPONSES,
                AnswerShape.Form.EVENTS,
                "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":9,"
                        + "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"WORD\",\"logprobs\":[],"
                        + "\"obfuscation\":\"x\"}\n\n"),
        MESSAGES(
                "anthropic",
                Service.CHAT,
                AnswerShape.Form.EVENTS,
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
                        + "\"delta\":{\"type\":\"text_delta\",\"text\":\"WORD\"}}\n\n"),
        GEMINI_EVENTS(
                "gemini",
                Service.CHAT,
                AnswerShape.Form.EVENTS,
                "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"WORD\"}],\"role\": \"model\"},"
                        + "\"index\": 0}],\"modelVersion\": \"gemini-2.5-flash\",\"responseId\": \"r\"}\r\n\r\n"),
        GEMINI_ARRAY(
                "gemini",
                Service.CHAT,
                AnswerShape.Form.SEQUENCE,
                ",\r\n{\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"WORD\"}],\"role\": \"model\"},"
                        + "\"index\": 0}],\"modelVersion\": \"gemini-2.5-flash\",\"responseId\": \"r\"}\r\n"),
        OLLAMA(
                "ollama",
                Service.CHAT,
                AnswerShape.Form.SEQUENCE,
                "{\"model\":\"llama3.2\",\"created_at\":\"2026-11-28T00:00:00Z\",\"message\":{\"role\":\"assistant\","
                        + "\"content\":\"WORD\"},\"done\":false}\n"),
        CONVERSE(
                "bedrock",
                Service.CHAT,
                AnswerShape.Form.FRAMES,
                "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"WORD\"},\"p\":\"abcdefghijklmnopqrstuv\"}");

        private final String dialect;
        private final Service service;
        private final AnswerShape.Form form;
        private final String event;

        Stream(String dialect, Service service, AnswerShape.Form form, String event) {
            this.dialect = dialect;
            this.service = service;
            this.form = form;
            this.event = event;
        }

        private byte[] event(String word) {
            byte[] document = event.replace("WORD", word).getBytes(StandardCharsets.UTF_8);
            if (form != AnswerShape.Form.FRAMES) {
                return document;
            }
            ByteBuffer frame = new Message(
                            Map.of(
                                    ":event-type", HeaderValue.fromString("contentBlockDelta"),
                                    ":content-type", HeaderValue.fromString("application/json"),
                                    ":message-type", HeaderValue.fromString("event")),
                            document)
                    .toByteBuffer();
            byte[] bytes = new byte[frame.remaining()];
            frame.get(bytes);
            return bytes;
        }

        private AnswerScanner scanner() {
            return Dialects.all().stream()
                    .filter(each ->
                            each.name().equals(dialect) && each.services().contains(service))
                    .reduce((first, last) -> last)
                    .orElseThrow()
                    .scanner(service, new AnswerShape(form, false, false));
        }
    }

    @Param
    public Stream stream;

    private final ByteBuf[] events = new ByteBuf[WORDS.length];
    private final EmbeddedChannel client = new EmbeddedChannel();
    private AnswerScanner scanner;
    private int next;

    @Setup(Level.Iteration)
    public void begin() {
        scanner = stream.scanner();
        for (int i = 0; i < WORDS.length; i++) {
            events[i] = Unpooled.directBuffer().writeBytes(stream.event(WORDS[i]));
        }
        if (stream == Stream.GEMINI_ARRAY) {
            scanner.scan(Unpooled.wrappedBuffer("[{}\r\n".getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** Hands an event on. */
    @Benchmark
    public void relay() {
        handOn(events[next++ & WORDS.length - 1]);
    }

    /** Reads an event, and hands on what may leave. */
    @Benchmark
    public long relayMetered() {
        ByteBuf event = events[next++ & WORDS.length - 1];
        scanner.scan(event);
        long releasable = scanner.releasable();
        handOn(event);
        return releasable;
    }

    /** Reads an event. */
    @Benchmark
    public long meter() {
        scanner.scan(events[next++ & WORDS.length - 1]);
        return scanner.releasable();
    }

    private void handOn(ByteBuf event) {
        client.writeOutbound(event.retainedSlice());
        ByteBuf left = client.readOutbound();
        left.release();
    }
}
