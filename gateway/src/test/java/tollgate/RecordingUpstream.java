package tollgate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An upstream that keeps every byte it gets and splits them as plainly as can be: a head up to an empty line, then as many
 * bytes as its Content-Length says. What was smuggled past somebody who splits otherwise is a request more here.
 */
final class RecordingUpstream implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)\r?$");
    private static final String CHAT =
            "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,"
                    + "\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":10,\"total_tokens\":17}}";

    private final ServerSocket listening;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger left = new AtomicInteger();
    private volatile byte[] answer = ok();
    private volatile byte[] later = {};

    RecordingUpstream() throws IOException {
        listening = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** As configuration. */
    String yaml() {
        return "{recording: {dialect: openai, base_url: 'http://127.0.0.1:" + listening.getLocalPort()
                + "', api_key: sk-operator}}";
    }

    /** A well-formed answer of 7 and 10 tokens. */
    static byte[] ok() {
        return bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + CHAT.length()
                + "\r\n\r\n" + CHAT);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** What to answer each request with. */
    void answers(byte[] bytes) {
        answers(bytes, new byte[0]);
    }

    /** The same, and some moments later these bytes, which nobody asked for. */
    void answers(byte[] bytes, byte[] unasked) {
        answer = bytes;
        later = unasked;
    }

    /** Every request that came, as it came. */
    List<String> requests() {
        return requests;
    }

    /** Connections that the gateway has left. */
    int left() {
        return left.get();
    }

    void forget() {
        requests.clear();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            client.setTcpNoDelay(true);
            for (String request; (request = request(in)) != null; ) {
                requests.add(request);
                client.getOutputStream().write(answer);
                byte[] more = later;
                if (more.length > 0) {
                    Thread.sleep(30);
                    client.getOutputStream().write(more);
                }
            }
        } catch (IOException | InterruptedException left) {
            // the gateway has what it wanted
        } finally {
            left.incrementAndGet();
        }
    }

    private static @Nullable String request(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        String text = "";
        while (!text.endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return read.size() == 0 ? null : text;
            }
            read.write(b);
            text = read.toString(StandardCharsets.ISO_8859_1);
        }
        Matcher length = LENGTH.matcher(text);
        if (length.find()) {
            read.write(in.readNBytes(Integer.parseInt(length.group(1))));
        }
        return read.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
