package tollgate.http;

import io.netty.buffer.ByteBuf;

/** The first line of a chunk: its size in hexadecimal digits. */
final class HexLength {
    private static final byte[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    private HexLength() {}

    static void write(ByteBuf out, int size) {
        int shift = 28 - Integer.numberOfLeadingZeros(size) / 4 * 4;
        for (int s = shift; s >= 0; s -= 4) {
            out.writeByte(DIGITS[(size >>> s) & 0xf]);
        }
        HeadWriter.endLine(out);
    }
}
