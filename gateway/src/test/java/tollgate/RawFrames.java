package tollgate;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An HTTP/2 client of frames by hand, which says whatever it is told to and remembers what came on each stream. */
public final class RawFrames implements AutoCloseable {
    /** Types of frames (RFC 9113 §6). */
    public static final int DATA = 0;

    public static final int HEADERS = 1;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    /** Flags. */
    public static final int END_STREAM = 1;

    public static final int ACK = 1;
    public static final int END_HEADERS = 4;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;
    private final Map<Integer, ByteArrayOutputStream> bodies = new HashMap<>();
    private final Map<Integer, Integer> resets = new HashMap<>();
    private final Map<Integer, Integer> statuses = new HashMap<>();
    private final Map<Integer, Boolean> ended = new HashMap<>();
    private int goAway = -1;
    private boolean closed;

    /** Connects, says the preface and its settings. */
    public RawFrames(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(5_000);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(SETTINGS, 0, 0, new byte[0]);
        frame(SETTINGS, ACK, 0, new byte[0]);
    }

    /** One field. */
    public record Field(String name, String value) {}

    /** A block of fields that no table remembers (RFC 7541 §6.2.2). */
    public static byte[] block(List<Field> fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (Field field : fields) {
            block.write(0);
            string(block, field.name);
            string(block, field.value);
        }
        return block.toByteArray();
    }

    private static void string(ByteArrayOutputStream to, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < 127) {
            to.write(bytes.length);
        } else {
            to.write(127);
            int rest = bytes.length - 127;
            for (; rest >= 128; rest /= 128) {
                to.write(rest % 128 + 128);
            }
            to.write(rest);
        }
        to.writeBytes(bytes);
    }

    /** One frame as it is. */
    public static byte[] bytes(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** Sends one. */
    public void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        send(bytes(type, flags, stream, payload));
    }

    /** Sends bytes. */
    public void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Reads until a stream has ended, or the connection; returns whether the stream has. */
    public boolean readTo(int stream) throws IOException {
        while (!closed && !ended.containsKey(stream)) {
            read();
        }
        return ended.containsKey(stream);
    }

    /** Reads until the other side closes. */
    public void readAll() throws IOException {
        while (!closed) {
            read();
        }
    }

    private void read() throws IOException {
        int first;
        try {
            first = in.read();
        } catch (java.net.SocketException reset) {
            first = -1;
        }
        if (first < 0) {
            closed = true;
            return;
        }
        int length = first << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt() & 0x7fffffff;
        byte[] payload = in.readNBytes(length);
        switch (type) {
            case DATA ->
                bodies.computeIfAbsent(stream, id -> new ByteArrayOutputStream())
                        .writeBytes(payload);
            case HEADERS -> {
                if ((flags & END_STREAM) != 0 || status(payload) != 0) {
                    statuses.putIfAbsent(stream, status(payload));
                }
            }
            case RST_STREAM -> {
                resets.put(stream, ByteBuffer.wrap(payload).getInt());
                ended.put(stream, true);
            }
            case GOAWAY -> goAway = ByteBuffer.wrap(payload).getInt(4);
            case PING -> {
                if ((flags & ACK) == 0) {
                    frame(PING, ACK, 0, payload);
                }
            }
            default -> {}
        }
        if (type <= HEADERS && (flags & END_STREAM) != 0) {
            ended.put(stream, true);
        }
    }

    /** Of the static table, or said after it; 0 where it is neither. */
    private static int status(byte[] block) {
        int first = block[0] & 0xff;
        return switch (first) {
            case 0x88 -> 200;
            case 0x89 -> 204;
            case 0x8a -> 206;
            case 0x8b -> 304;
            case 0x8c -> 400;
            case 0x8d -> 404;
            case 0x8e -> 500;
            default -> 0;
        };
    }

    /** The status of the answer of a stream, where it is one of the commonest. */
    public int status(int stream) {
        return statuses.getOrDefault(stream, 0);
    }

    /** The error that a stream was reset with; -1: it was not. */
    public int reset(int stream) {
        return resets.getOrDefault(stream, -1);
    }

    /** The error that the connection was ended with; -1: nothing was said. */
    public int goAway() {
        return goAway;
    }

    /** The other side has closed. */
    public boolean closed() {
        return closed;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
