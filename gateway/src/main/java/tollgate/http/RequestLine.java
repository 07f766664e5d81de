package tollgate.http;

import io.netty.buffer.ByteBuf;

/**
 * Refuses request lines that two parties could split differently. RFC 9112 §3 lets a lenient recipient take any white
 * space for a delimiter, as Netty does: what is a path to one is then a path and a version to the other.
 */
final class RequestLine {
    private static final byte LF = '\n';
    private static final String VERSION = "HTTP/";

    private RequestLine() {}

    /**
     * Checks the request line at the start of these bytes, behind empty lines; moves no index.
     *
     * @return whether it has come whole; otherwise it is to be looked at again
     * @throws FramingException where it is not {@code method SP target SP HTTP/x.y}
     */
    static boolean checked(ByteBuf bytes) {
        int end = bytes.writerIndex();
        int from = bytes.forEachByte(bytes.readerIndex(), bytes.readableBytes(), b -> b == '\r' || b == LF);
        if (from < 0) {
            return false;
        }
        byte first = bytes.getByte(from);
        if (first == ' ' || first == '\t') {
            throw new FramingException("the request line begins with white space");
        }
        int feed = bytes.indexOf(from, end, LF);
        if (feed < 0) {
            return false;
        }
        byte[] line = new byte[feed - from];
        bytes.getBytes(from, line);
        if (line[line.length - 1] != '\r') {
            throw new FramingException("a line does not end with CR LF");
        }
        check(line, line.length - 1);
        return true;
    }

    private static void check(byte[] line, int to) {
        int spaces = 0;
        int last = -1;
        for (int i = 0; i < to; i++) {
            byte b = line[i];
            if (b == ' ') {
                if (i == last + 1) {
                    throw new FramingException("the request line holds a space too many");
                }
                spaces++;
                last = i;
            } else if ((b >= 0 && b < ' ') || b == 0x7f) {
                throw new FramingException("the request line holds a control character (expected: single spaces)");
            } else if (spaces == 0 && !isToken(b)) {
                throw new FramingException("the method holds a character that belongs in none");
            }
        }
        if (spaces != 2 || !isVersion(line, last + 1, to)) {
            throw new FramingException("the request line is not a method, a target and a version of HTTP");
        }
    }

    private static boolean isVersion(byte[] line, int from, int to) {
        if (to - from != VERSION.length() + 3) {
            return false;
        }
        for (int i = 0; i < VERSION.length(); i++) {
            if (line[from + i] != VERSION.charAt(i)) {
                return false;
            }
        }
        return isDigit(line[to - 3]) && line[to - 2] == '.' && isDigit(line[to - 1]);
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    /** RFC 9110 §5.6.2. */
    static boolean isToken(int c) {
        return isDigit(c)
                || (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c > 0 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
    }
}
