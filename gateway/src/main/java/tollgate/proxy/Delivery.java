package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Announcement;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.Refusal;
import tollgate.http.Protocol;
import tollgate.http.ServerExchange;

/**
 * What the client is sent of one answer: its head, the bytes that its lane lets go, and what it cost, in the form that
 * the answer's own form allows.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 */
final class Delivery {
    private static final String ANNOUNCE = "X-Tollgate-Announce";
    private static final byte[] NOTHING = {};

    private final Exchange exchange;
    private final ServerExchange server;
    private final Announcement.Begun announced;
    private final boolean costInUsage;
    private HttpHeaders head = new DefaultHttpHeaders();
    private Form form = Form.WHOLE;
    private int status;
    private boolean begun;

    Delivery(Exchange exchange, Announcement.Begun announced) {
        this.exchange = exchange;
        this.server = exchange.server();
        this.announced = announced;
        this.costInUsage = server.head().headers().contains(ANNOUNCE, "usage", false);
    }

    /** The client wants the charge inside the answer's own usage object. */
    boolean costInUsage() {
        return costInUsage;
    }

    /** The head of the answer has left, or is about to. */
    boolean begun() {
        return begun;
    }

    /** The head as the upstream sent it, less what is not passed on. */
    void head(int answered, HttpHeaders passed, Form framed) {
        status = answered;
        form = framed;
        head = passed;
    }

    /** The body is sent without the coding that it came in. */
    void decoded() {
        head.remove(HttpHeaderNames.CONTENT_ENCODING);
    }

    /** The sink of the lane. The first bytes bring along a head that cannot tell the cost yet. */
    void body(ByteBuf bytes) {
        if (!begun) {
            begun = true;
            announced.fields(head::set);
            exchange.tellLimits(head);
            if (trailed()) {
                head.set(HttpHeaderNames.TRAILER, Announcement.TRAILER_NAMES);
            }
            Cors.allow(head, server.head().headers().get(HttpHeaderNames.ORIGIN));
            exchange.left();
            server.sendHead(status, head, -1);
        }
        server.write(bytes);
    }

    /** The end of a stream, with the cost inside its last event and in its trailers. */
    void stream(Announcement said, Lane lane, AnswerScanner reading) {
        reading.settled();
        long cost = costInUsage ? reading.costAt() : -1;
        if (cost >= 0) {
            lane.passUpTo(cost, reading);
            body(Unpooled.wrappedBuffer(said.costField()));
        }
        long at = reading.commentAt();
        if (at >= 0 && commented()) {
            lane.passUpTo(at, reading);
            body(Unpooled.wrappedBuffer(said.comment()));
        }
        lane.passReleasable(reading);
        if (!begun) {
            body(Unpooled.EMPTY_BUFFER);
        }
        end(said);
    }

    /** The end of a whole answer that was too long to be withheld. */
    void flowed(Announcement said, Lane lane) {
        lane.pass(lane.received());
        end(said);
    }

    /**
     * A whole answer, the cost in its head.
     *
     * @param bodiless its status allows no body
     * @param plain read the very bytes that are sent; null where nobody did
     */
    void whole(Announcement said, Lane lane, boolean bodiless, @Nullable AnswerScanner plain) {
        long cost = costInUsage && plain != null ? plain.costAt() : -1;
        byte[] field = cost >= 0 ? said.costField() : NOTHING;
        said.fields(head::set);
        exchange.tellLimits(head);
        Cors.allow(head, server.head().headers().get(HttpHeaderNames.ORIGIN));
        exchange.left();
        server.sendHead(status, head, bodiless ? -1 : lane.withheld() + field.length);
        begun = true;
        if (cost >= 0) {
            lane.pass(cost);
            body(Unpooled.wrappedBuffer(field));
        }
        lane.pass(lane.received());
        server.end(null);
    }

    /** An answer that is made later says so at once; what it costs nobody knows yet. */
    void job(Lane lane) {
        if (!begun) {
            begun = true;
            announced.fields(head::set);
            exchange.tellLimits(head);
            Cors.allow(head, server.head().headers().get(HttpHeaderNames.ORIGIN));
            server.sendHead(status, head, lane.withheld());
        }
        lane.pass(lane.received());
        server.end(null);
    }

    /**
     * The end of an answer that broke: a refusal where none of it has left, an event where one can follow, else an abort.
     *
     * @param events reads the stream; null where it is none
     */
    void failed(Announcement said, Refusal refusal, Lane lane, @Nullable AnswerScanner events) {
        if (!begun) {
            begun = true;
            exchange.left();
            Refuser.send(server, exchange.dialect(), exchange.id(), refusal, headers -> {
                if (refusal.status() == status) {
                    ForwardedHeaders.retryAdvice(head, headers);
                }
                said.fields(headers::set);
                exchange.tellLimits(headers);
            });
        } else if (events == null || events.tornEvent()) {
            exchange.closeBooking();
            server.abort();
        } else if (events.facts().complete()) {
            // all but the blank line behind its end came: an error event would become part of that
            stream(said, lane, events);
        } else {
            lane.passReleasable(events);
            byte[] event = exchange.dialect()
                    .errorEvent(announced.service(), form, refusal, exchange.id(), commented() ? said.comment() : null);
            body(Unpooled.wrappedBuffer(event));
            end(said);
        }
    }

    /** The end of the body and the trailers, in one flush with what was written before. */
    private void end(Announcement said) {
        HttpHeaders trailers = null;
        if (trailed()) {
            trailers = new DefaultHttpHeaders();
            said.fields(trailers::set);
        }
        server.end(trailers);
    }

    private boolean trailed() {
        return exchange.context().settings().trailers()
                && exchange.dialect().takesTrailers(server.head().protocol() == Protocol.HTTP_2);
    }

    private boolean commented() {
        return exchange.context().settings().sseComment()
                && !server.head().headers().contains(ANNOUNCE, "trailers", false);
    }
}
