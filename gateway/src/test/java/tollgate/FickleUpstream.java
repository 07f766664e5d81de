package tollgate;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A provider of chat that can be told to fail in every way, to be gone, and to come back at its old port. Thread-safe. */
final class FickleUpstream implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    /** What becomes of a request. */
    enum Mood {
        GOOD,
        REFUSING,
        RESETTING,
        SILENT,
        CUTTING
    }

    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger asked = new AtomicInteger();
    private final int port;
    private volatile ServerSocket listening;
    private volatile Mood mood = Mood.GOOD;
    private volatile int status = 500;
    private volatile String fields = "";
    private volatile String model;
    private volatile String head = "";
    private volatile String body = "";

    FickleUpstream(String model) throws IOException {
        this.model = model;
        this.listening = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        this.port = listening.getLocalPort();
        serve(listening);
    }

    /** As one of the upstreams of a configuration. */
    String yaml(String name, String more) {
        return name + ": {dialect: openai, api_key: sk-" + name + ", base_url: 'http://127.0.0.1:" + port + "'" + more
                + "}";
    }

    void feels(Mood now) {
        mood = now;
    }

    /** Answers this from now on. */
    void refuses(int with, String more) {
        status = with;
        fields = more;
        mood = Mood.REFUSING;
    }

    /** The model that it says has answered. */
    void answersAs(String name) {
        model = name;
    }

    /** Requests so far. */
    int asked() {
        return asked.get();
    }

    String head() {
        return head;
    }

    String body() {
        return body;
    }

    /** Ends as a killed process does: nobody listens, connections are reset. */
    void dies() throws IOException {
        listening.close();
        for (Socket each : open) {
            each.setSoLinger(true, 0);
            each.close();
        }
    }

    /** Is there again. */
    void comesBack() throws IOException {
        ServerSocket again = new ServerSocket();
        again.setReuseAddress(true);
        again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 512);
        listening = again;
        serve(again);
    }

    private void serve(ServerSocket at) {
        Thread.ofVirtual().start(() -> {
            while (!at.isClosed()) {
                try {
                    Socket client = at.accept();
                    open.add(client);
                    Thread.ofVirtual().start(() -> answer(client));
                } catch (SocketException closed) {
                    return;
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            }
        });
    }

    private void answer(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            while (true) {
                StringBuilder read = new StringBuilder();
                while (read.indexOf("\r\n\r\n") < 0) {
                    int next = in.read();
                    if (next < 0) {
                        return;
                    }
                    read.append((char) next);
                }
                Matcher length = LENGTH.matcher(read);
                String sent = length.find()
                        ? new String(in.readNBytes(Integer.parseInt(length.group(1))), StandardCharsets.UTF_8)
                        : "";
                head = read.toString();
                body = sent;
                asked.incrementAndGet();
                if (!answered(client, sent.contains("\"stream\":true"))) {
                    return;
                }
            }
        } catch (IOException left) {
            // the gateway has what it wanted, or this has died
        } finally {
            open.remove(client);
        }
    }

    private boolean answered(Socket client, boolean stream) throws IOException {
        OutputStream out = client.getOutputStream();
        switch (mood) {
            case GOOD -> send(out, 200, "", stream ? stream() : whole(), stream);
            case REFUSING ->
                send(out, status, fields, "{\"error\":{\"message\":\"no\",\"type\":\"t\",\"code\":\"c\"}}", false);
            case RESETTING -> {
                client.setSoLinger(true, 0);
                return false;
            }
            case SILENT -> {
                client.getInputStream().read();
                return false;
            }
            case CUTTING -> {
                String all = stream();
                out.write(("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: " + all.length()
                                + "\r\n\r\n" + all.substring(0, all.length() / 2))
                        .getBytes(StandardCharsets.UTF_8));
                out.flush();
                return false;
            }
        }
        return true;
    }

    private static void send(OutputStream out, int status, String fields, String body, boolean stream)
            throws IOException {
        out.write(("HTTP/1.1 " + status + " Told\r\nContent-Type: "
                        + (stream ? "text/event-stream" : "application/json") + "\r\n" + fields + "Content-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private String whole() {
        return "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"" + model
                + "\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\","
                + "\"content\":\"Hi\"}}],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100,"
                + "\"total_tokens\":1100}}";
    }

    private String stream() {
        String chunk = "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"" + model
                + "\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello there, you\"},\"finish_reason\":null}]}\n\n";
        return chunk.repeat(10) + "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\""
                + model + "\",\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100,"
                + "\"total_tokens\":1100}}\n\ndata: [DONE]\n\n";
    }

    @Override
    public void close() throws IOException {
        dies();
    }
}
