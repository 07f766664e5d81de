package tollgate;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import tollgate.dialect.Recordings.Recording;
import tollgate.http.GoneReason;
import tollgate.http.HttpListener;
import tollgate.http.ListenerSettings;
import tollgate.http.RequestReceiver;
import tollgate.http.ServerExchange;
import tollgate.http.Transport;

/** An upstream that answers with the recording of the number in {@code X-Replay}, cut after {@code X-Cut} bytes where that is not negative. */
final class ReplayUpstream implements AutoCloseable {
    private final List<Recording> recordings;
    private final EventLoopGroup loops = Transport.NIO.loops(1, "test");
    private final HttpListener listener;

    ReplayUpstream(List<Recording> recordings) {
        this.recordings = recordings;
        this.listener = HttpListener.bind(
                new ListenerSettings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        65_536,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30)),
                Transport.NIO,
                loops,
                loops,
                this::replay);
    }

    /** As configuration. */
    String yaml(String dialect) {
        return "{replay: {dialect: " + dialect + ", base_url: 'http://127.0.0.1:" + listener.port() + "', api_key: k}}";
    }

    private RequestReceiver replay(ServerExchange exchange) {
        exchange.readBody();
        return new RequestReceiver() {
            @Override
            public void onBody(ByteBuf slice) {
                slice.release();
            }

            @Override
            public void onBodyEnd() {
                HttpHeaders asked = exchange.head().headers();
                Recording recording = recordings.get(Integer.parseInt(Objects.requireNonNull(asked.get("X-Replay"))));
                int cut = Integer.parseInt(Objects.requireNonNull(asked.get("X-Cut")));
                byte[] body = recording.body();
                HttpHeaders headers = new DefaultHttpHeaders();
                headers.set("content-type", contentType(recording));
                exchange.sendHead(200, headers, -1);
                exchange.write(Unpooled.wrappedBuffer(body, 0, cut < 0 ? body.length : cut));
                if (cut < 0) {
                    exchange.end(null);
                } else {
                    exchange.flush();
                    // the bytes leave before the connection is cut
                    exchange.loop().schedule(exchange::abort, 5, TimeUnit.MILLISECONDS);
                }
            }

            @Override
            public void onGone(GoneReason reason) {}

            @Override
            public void onWritable() {}
        };
    }

    private static String contentType(Recording recording) {
        if (!recording.stream()) {
            return "application/json";
        }
        return recording.file().endsWith(".bin") ? "application/vnd.amazon.eventstream" : "text/event-stream";
    }

    @Override
    public void close() {
        listener.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
