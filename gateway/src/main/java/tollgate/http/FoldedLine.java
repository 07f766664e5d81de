package tollgate.http;

import io.netty.buffer.ByteBuf;

/** Finds header lines that go on in a next line (obs-fold), which RFC 9112 §5.2 lets us refuse and Netty would join. */
final class FoldedLine {
    private FoldedLine() {}

    /**
     * Whether a line of the head at the start of these bytes begins with white space. Looks no further than the empty
     * line that ends the head, and moves no index.
     *
     * @param insideHead the bytes go on with the lines of a head whose first line has been read before
     */
    static boolean in(ByteBuf bytes, boolean insideHead) {
        int end = bytes.writerIndex();
        int line = bytes.readerIndex();
        boolean inside = insideHead;
        while (line < end) {
            byte first = bytes.getByte(line);
            if (first == ' ' || first == '\t') {
                return true;
            }
            boolean empty = first == '\r' || first == '\n';
            if (empty && inside) {
                return false;
            }
            inside |= !empty;
            int feed = bytes.indexOf(line, end, (byte) '\n');
            if (feed < 0) {
                return false;
            }
            line = feed + 1;
        }
        return false;
    }
}
