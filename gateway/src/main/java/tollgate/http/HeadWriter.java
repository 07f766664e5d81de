package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import io.netty.util.CharsetUtil;
import java.util.Iterator;
import java.util.Map;

/** Writes HTTP/1.1 heads. Fields come validated from {@link HttpHeaders}: no line break can be in them. */
final class HeadWriter {
    private static final AsciiString VERSION = AsciiString.cached("HTTP/1.1 ");
    private static final AsciiString REQUEST_END = AsciiString.cached(" HTTP/1.1\r\n");

    private HeadWriter() {}

    static void answer(ByteBuf out, int status, HttpHeaders headers) {
        HttpResponseStatus line = HttpResponseStatus.valueOf(status);
        ascii(out, VERSION);
        ascii(out, line.codeAsText());
        out.writeByte(' ');
        ascii(out, line.reasonPhrase());
        endLine(out);
        fields(out, headers);
        endLine(out);
    }

    static void request(ByteBuf out, HttpMethod method, String target, HttpHeaders headers) {
        ascii(out, method.asciiName());
        out.writeByte(' ');
        ascii(out, target);
        ascii(out, REQUEST_END);
        fields(out, headers);
        endLine(out);
    }

    /** Writes field lines without the empty line behind them. */
    static void fields(ByteBuf out, HttpHeaders headers) {
        for (Iterator<Map.Entry<CharSequence, CharSequence>> fields = headers.iteratorCharSequence();
                fields.hasNext(); ) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            ascii(out, field.getKey());
            out.writeByte(':').writeByte(' ');
            ascii(out, field.getValue());
            endLine(out);
        }
    }

    static void endLine(ByteBuf out) {
        ByteBufUtil.writeShortBE(out, ('\r' << 8) | '\n');
    }

    /** Field values are ISO-8859-1, as Netty read them: one byte a character, so that opaque bytes pass unchanged. */
    private static void ascii(ByteBuf out, CharSequence text) {
        if (text instanceof AsciiString bytes) {
            out.writeBytes(bytes.array(), bytes.arrayOffset(), bytes.length());
        } else {
            out.writeCharSequence(text, CharsetUtil.ISO_8859_1);
        }
    }
}
