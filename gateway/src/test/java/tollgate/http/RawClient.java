package tollgate.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends exactly the bytes it is told to. */
final class RawClient implements AutoCloseable {
    private final Socket socket;

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
    }

    /** Sends text in pieces of so many bytes. */
    RawClient send(String text, int piece) throws IOException, InterruptedException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int at = 0; at < bytes.length; at += piece) {
            socket.getOutputStream().write(bytes, at, Math.min(piece, bytes.length - at));
            socket.getOutputStream().flush();
            if (piece == 1 && at % 16 == 0) {
                Thread.sleep(0, 200_000);
            }
        }
        return this;
    }

    RawClient send(String text) throws IOException, InterruptedException {
        return send(text, Integer.MAX_VALUE);
    }

    /** Everything until the other side closes. */
    String readAll() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Everything until this text has come. */
    String readUntil(String text) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        while (!read.toString(StandardCharsets.ISO_8859_1).endsWith(text)) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            read.write(b);
        }
        return read.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
