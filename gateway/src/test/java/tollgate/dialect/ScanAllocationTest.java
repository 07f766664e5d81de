package tollgate.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.dialect.anthropic.AnthropicDialect;
import tollgate.dialect.gemini.GeminiDialect;
import tollgate.dialect.openai.OpenAiDialect;

/** Events that report no usage cost no memory, in any dialect. */
class ScanAllocationTest {
    private static final int EVENTS = 20_000;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hello\"}}\n\n",
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"c2ln\"}}\n\n",
                "event: ping\ndata: {\"type\": \"ping\"}\n\n",
                "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"hello\"}],\"role\": \"model\"},\"index\": 0}],\"modelVersion\": \"m\"}\r\n\r\n",
                "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":9,\"item_id\":\"msg_1\",\"output_index\":0,\"delta\":\"hello\",\"logprobs\":[],\"obfuscation\":\"x\"}\n\n",
                "data: {\"id\":\"c\",\"model\":\"m\",\"service_tier\":\"default\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hello\"}}],\"usage\":null}\n\n",
            })
    void an_event_without_usage_allocates_nothing(String event) {
        boolean response = event.startsWith("event: response");
        Dialect dialect = event.startsWith("event") && !response
                ? new AnthropicDialect()
                : event.startsWith("data: {\"candidates") ? new GeminiDialect() : new OpenAiDialect();
        AnswerScanner scanner =
                dialect.scanner(response ? Service.RESPONSES : Service.CHAT, new AnswerShape(true, true, false));
        ByteBuf slice = Unpooled.wrappedBuffer(event.getBytes(StandardCharsets.UTF_8));
        scan(scanner, slice);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        scan(scanner, slice);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(scanner.facts().events()).isEqualTo(2 * EVENTS);
        assertThat(allocated).isLessThan(EVENTS);
    }

    private static void scan(AnswerScanner scanner, ByteBuf slice) {
        for (int i = 0; i < EVENTS; i++) {
            scanner.scan(slice);
            scanner.releasable();
        }
    }
}
