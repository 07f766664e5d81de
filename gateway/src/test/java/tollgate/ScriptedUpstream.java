package tollgate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/** An upstream that answers every request with the bytes it was last given, then closes the connection. */
final class ScriptedUpstream implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    private final ServerSocket listening;
    private volatile byte[] answer = {};
    private volatile String requestHead = "";

    ScriptedUpstream() throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    /** As configuration. */
    String yaml() {
        return "{scripted: {dialect: openai, base_url: 'http://127.0.0.1:" + listening.getLocalPort()
                + "', api_key: sk-operator}}";
    }

    /** What to answer from now on: a head's lines, and a body, whose length and the end of the head are added. */
    void answers(String head, byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(("HTTP/1.1 " + head + "\r\nContent-Length: " + body.length + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body);
        answer = bytes.toByteArray();
    }

    /** The same as JSON, plain. */
    void answersJson(int status, String json) {
        answers(status + " Told\r\nContent-Type: application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** The same as JSON, compressed. */
    void answersGzip(int status, String json) {
        answers(status + " Told\r\nContent-Type: application/json\r\nContent-Encoding: gzip", gzip(json));
    }

    /** The head of the last request. */
    String requestHead() {
        return requestHead;
    }

    static byte[] gzip(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private void serve() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> answer(client));
            } catch (SocketException closed) {
                return;
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }

    private void answer(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    return;
                }
                head.append((char) next);
            }
            requestHead = head.toString();
            Matcher length = LENGTH.matcher(head);
            if (length.find()) {
                in.readNBytes(Integer.parseInt(length.group(1)));
            }
            client.getOutputStream().write(answer);
            client.getOutputStream().flush();
        } catch (IOException left) {
            // the gateway has what it wanted
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
