package tollgate.journal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file of records, appended to by one thread and forced by another.
 *
 * <p>Layout: records one after the other, each {@code length:int crc32c:int bytes}, padded to 8; the rest is zeros. The
 * length is stored last, so that a process killed in the middle of an append leaves no record at all.
 */
final class Segment {
    /** The longest record there is. */
    static final int MOST_RECORD_BYTES = 16 << 10;

    private static final int HEAD = 8;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ZeroedFile file;
    private final long capacity;
    private long end;
    private int unretired;
    private boolean full;
    private boolean gone;
    private volatile boolean dirty;

    private Segment(ZeroedFile file, long capacity) {
        this.file = file;
        this.capacity = capacity;
    }

    /** A new, empty one. */
    static Segment create(Path path, int bytes) throws IOException {
        return new Segment(ZeroedFile.create(path, bytes), bytes);
    }

    /** What a record of so many bytes takes. */
    static int framed(int bytes) {
        return (HEAD + bytes + 7) & ~7;
    }

    /**
     * Appends the first bytes of an array as a record.
     *
     * @return where it stands; negative where it does not fit
     */
    long append(byte[] record, int length) {
        int framed = framed(length);
        if (end + framed > capacity) {
            return -1;
        }
        MemorySegment memory = file.memory();
        MemorySegment.copy(MemorySegment.ofArray(record), 0, memory, end + HEAD, length);
        memory.set(INT, end + 4, crc(record, 0, length));
        VarHandle.releaseFence();
        memory.set(INT, end, length);
        long at = end;
        end += framed;
        dirty = true;
        return at;
    }

    /** The record that stands there; null where the file is not needed and gone already. Any thread. */
    synchronized byte @Nullable [] record(long at) {
        if (gone) {
            return null;
        }
        MemorySegment memory = file.memory();
        return memory.asSlice(at + HEAD, memory.get(INT, at)).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Bytes left for records. */
    int free() {
        return (int) (capacity - end);
    }

    /** Puts what was appended before this call on disk. Any thread. */
    void force() {
        if (dirty) {
            dirty = false;
            boolean forced = false;
            try {
                file.force();
                forced = true;
            } finally {
                dirty |= !forced;
            }
        }
    }

    synchronized void added() {
        unretired++;
    }

    synchronized void retired() {
        unretired--;
    }

    /** Nothing will be appended any more. */
    synchronized void fill() {
        full = true;
    }

    /** Nothing in it is needed any more. */
    synchronized boolean spent() {
        return full && unretired == 0;
    }

    synchronized void delete() throws IOException {
        gone = true;
        file.delete();
    }

    /** Lets go of the file, which is deleted where nothing in it is needed. */
    synchronized void close() throws IOException {
        gone = true;
        if (unretired == 0) {
            file.delete();
        } else {
            file.force();
            file.close();
        }
    }

    /**
     * What a file of an earlier run holds.
     *
     * @param records the whole ones, in order
     * @param damaged there is something between or behind them that is none
     */
    record Content(List<byte[]> records, boolean damaged) {}

    /** Reads a file of an earlier run: what is damaged hides nothing that stands behind it. */
    static Content content(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        List<byte[]> records = new ArrayList<>();
        boolean damaged = false;
        for (int at = 0; at + HEAD <= file.length; ) {
            int length = bytes.getInt(at);
            if (whole(file, at, length, bytes.getInt(at + 4))) {
                byte[] record = new byte[length];
                bytes.get(at + HEAD, record);
                records.add(record);
                at += framed(length);
            } else {
                damaged |= bytes.getLong(at) != 0;
                at += HEAD;
            }
        }
        return new Content(records, damaged);
    }

    private static boolean whole(byte[] file, int at, int length, int crc) {
        return length > 0
                && length <= MOST_RECORD_BYTES
                && at + framed(length) <= file.length
                && crc == crc(file, at + HEAD, length);
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
