package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers each request with its method, path and body: whole, or in chunks where the path says so; or never, or at once
 * without reading the body; late, or without end.
 */
final class Echo implements ExchangeAcceptor {
    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger gone = new AtomicInteger();

    @Override
    public RequestReceiver accept(ServerExchange exchange) {
        accepted.incrementAndGet();
        if (exchange.head().path().equals("/unread")) {
            exchange.simple(
                    200, new DefaultHttpHeaders(), exchange.alloc().buffer().writeByte('u'));
            return new Receiver(exchange);
        }
        if (exchange.head().path().equals("/empty")) {
            exchange.simple(204, new DefaultHttpHeaders(), Unpooled.EMPTY_BUFFER);
            return new Receiver(exchange);
        }
        exchange.sendContinue();
        exchange.readBody();
        return new Receiver(exchange);
    }

    private final class Receiver implements RequestReceiver {
        private final ServerExchange exchange;
        private final StringBuilder body = new StringBuilder();

        Receiver(ServerExchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public void onBody(ByteBuf slice) {
            body.append(slice.toString(StandardCharsets.ISO_8859_1));
            slice.release();
        }

        @Override
        public void onBodyEnd() {
            RequestHead head = exchange.head();
            if (head.path().equals("/never")) {
                return;
            }
            if (head.path().equals("/endless")) {
                exchange.sendHead(200, new DefaultHttpHeaders(), -1);
                onWritable();
                return;
            }
            if (head.path().equals("/late")) {
                exchange.loop()
                        .schedule(
                                () -> exchange.simple(200, new DefaultHttpHeaders(), bytes("GET /late []")),
                                500,
                                TimeUnit.MILLISECONDS);
                return;
            }
            String text = head.method() + " " + head.path() + " [" + body + "]";
            HttpHeaders headers = new DefaultHttpHeaders();
            if (head.path().equals("/chunks")) {
                exchange.sendHead(200, headers, -1);
                for (String part : parts(text)) {
                    exchange.write(bytes(part));
                    exchange.flush();
                }
                exchange.end(new DefaultHttpHeaders().set("X-Trailer", "done"));
            } else {
                exchange.simple(200, headers, bytes(text));
            }
        }

        private List<String> parts(String text) {
            List<String> parts = new ArrayList<>();
            for (int at = 0; at < text.length(); at += 5) {
                parts.add(text.substring(at, Math.min(text.length(), at + 5)));
            }
            return parts;
        }

        private ByteBuf bytes(String text) {
            return exchange.alloc().buffer().writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        @Override
        public void onGone(GoneReason reason) {
            gone.incrementAndGet();
        }

        @Override
        public void onWritable() {
            while (exchange.head().path().equals("/endless") && exchange.writable()) {
                exchange.write(exchange.alloc().buffer().writeZero(8192));
                exchange.flush();
            }
        }
    }
}
