package tollgate.dialect;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One change to a request body: at an offset, some text is replaced by other text. Both texts are ASCII, so that
 * characters are bytes. Kept in the record: undoing the splices gives the client's bytes back.
 *
 * @param offset where, in bytes from the start of the client's body
 * @param removed the client's text that goes, possibly none
 * @param inserted the text that comes in its place, possibly none
 */
public record Splice(int offset, String removed, String inserted) {
    /**
     * A copy of the body with every change made.
     *
     * @param splices in ascending order of offset, not overlapping; of two at one offset the first comes first
     * @return a new buffer that the caller releases; the body is neither moved nor released
     */
    public static ByteBuf apply(ByteBuf body, List<Splice> splices, ByteBufAllocator alloc) {
        int grown = body.readableBytes();
        for (Splice splice : splices) {
            grown += splice.inserted.length() - splice.removed.length();
        }
        ByteBuf changed = alloc.buffer(grown);
        int at = 0;
        for (Splice splice : splices) {
            changed.writeBytes(body, body.readerIndex() + at, splice.offset - at);
            changed.writeCharSequence(splice.inserted, StandardCharsets.US_ASCII);
            at = splice.offset + splice.removed.length();
        }
        return changed.writeBytes(body, body.readerIndex() + at, body.readableBytes() - at);
    }

    /** A copy of a changed body as the client sent it: {@link #apply} undone. The caller releases it. */
    public static ByteBuf undo(ByteBuf changed, List<Splice> splices, ByteBufAllocator alloc) {
        int shrunk = changed.readableBytes();
        for (Splice splice : splices) {
            shrunk += splice.removed.length() - splice.inserted.length();
        }
        ByteBuf original = alloc.buffer(shrunk);
        int at = changed.readerIndex();
        int from = 0;
        for (Splice splice : splices) {
            int kept = splice.offset - from;
            original.writeBytes(changed, at, kept);
            original.writeCharSequence(splice.removed, StandardCharsets.US_ASCII);
            at += kept + splice.inserted.length();
            from = splice.offset + splice.removed.length();
        }
        return original.writeBytes(changed, at, changed.writerIndex() - at);
    }
}
