package tollgate.journal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usd;

/**
 * One file of meter slots: a place for each open exchange, where plain stores keep what has left to its client. Survives
 * a killed process; a dead machine is what the renewals of the hold are for.
 *
 * <p>Confined to one event loop. Layout of a slot: {@code length:int left:int accrued:long crc32c:long facts}, the sum
 * being that of the facts. The length is stored last when a slot is taken and cleared first when it is freed. At the end of
 * a slot is what its hold has grown to, {@code held:long crc32c:long}, and what explains the amount: {@code input:long
 * output:long reported timings}, the last two as {@code length:int crc32c:int counts}; what is torn there is left out of
 * the record, and moves no money. Slots of a release before have nothing where the grown hold is.
 */
final class MeterSlots {
    private static final Logger LOG = LoggerFactory.getLogger(MeterSlots.class);

    private static final int HEAD = 24;

    /** Bytes of a slot. */
    static final int SLOT = 2048;

    private static final int COUNTS = 128;
    private static final int MOST_COUNTS = COUNTS - 8;
    private static final int OUTPUT = 8;
    private static final int REPORTED = 16;
    private static final int TIMINGS = REPORTED + COUNTS;
    private static final int EXPLANATION = SLOT - TIMINGS - COUNTS;
    private static final int GROWN = EXPLANATION - 16;

    /** Most bytes of facts. */
    static final int MOST_FACTS = GROWN - HEAD;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ZeroedFile file;
    private final ArrayDeque<Integer> free = new ArrayDeque<>();

    private MeterSlots(ZeroedFile file, int slots) {
        this.file = file;
        for (int slot = 0; slot < slots; slot++) {
            free.add(slot);
        }
    }

    static MeterSlots create(Path path, int slots) throws IOException {
        return new MeterSlots(ZeroedFile.create(path, (long) slots * SLOT), slots);
    }

    int available() {
        return free.size();
    }

    /** Keeps a slot for somebody who will open it. */
    int take() {
        return free.remove();
    }

    /** Writes the facts, the first bytes of an array: from now on a killed process leaves an orphan. */
    void open(int slot, byte[] facts, int length) {
        if (length > MOST_FACTS) {
            throw new IllegalArgumentException("facts of " + length + " bytes (expected: at most " + MOST_FACTS + ")");
        }
        long at = (long) slot * SLOT;
        MemorySegment memory = file.memory();
        // opened again by an attempt at another upstream: killed in between, there is no orphan rather than a mixed one
        memory.set(INT, at, 0);
        VarHandle.releaseFence();
        MemorySegment.copy(MemorySegment.ofArray(facts), 0, memory, at + HEAD, length);
        memory.set(LONG, at + 16, sum(facts, length));
        memory.set(LONG, at + 8, 0L);
        memory.set(INT, at + 4, 0);
        memory.asSlice(at + GROWN, SLOT - GROWN).fill((byte) 0);
        VarHandle.releaseFence();
        memory.set(INT, at, length);
    }

    /** What is held by now. */
    void holds(int slot, long nano) {
        long at = (long) slot * SLOT + GROWN;
        file.memory().set(LONG, at, nano);
        file.memory().set(LONG, at + 8, sum(nano));
    }

    /** What the bytes handed to the client's connection come to. */
    void accrued(int slot, long nano) {
        file.memory().set(LONG, (long) slot * SLOT + 8, nano);
    }

    /** The tokens that this is estimated from. */
    void counted(int slot, long input, long output) {
        long at = (long) slot * SLOT + EXPLANATION;
        file.memory().set(LONG, at, input);
        file.memory().set(LONG, at + OUTPUT, output);
    }

    /** The units that the upstream reported, packed. */
    void reported(int slot, byte[] units, int length) {
        counts((long) slot * SLOT + EXPLANATION + REPORTED, units, length);
    }

    /** When steps were reached, packed. */
    void timed(int slot, byte[] timings, int length) {
        counts((long) slot * SLOT + EXPLANATION + TIMINGS, timings, length);
    }

    private void counts(long at, byte[] packed, int length) {
        if (length <= MOST_COUNTS) {
            MemorySegment memory = file.memory();
            memory.set(INT, at, length);
            memory.set(INT, at + 4, (int) sum(packed, length));
            MemorySegment.copy(MemorySegment.ofArray(packed), 0, memory, at + 8, length);
        }
    }

    /** The first bytes of the answer are on their way to the client. */
    void left(int slot) {
        file.memory().set(INT, (long) slot * SLOT + 4, 1);
    }

    /** Forgets an exchange. */
    void free(int slot) {
        file.memory().set(INT, (long) slot * SLOT, 0);
        free.add(slot);
    }

    /** Lets go of the file, which is deleted where no slot is taken. */
    void close(int slots) throws IOException {
        if (free.size() == slots) {
            file.delete();
        } else {
            file.close();
        }
    }

    /** The exchanges that were open in a file of an earlier run. */
    static List<Orphan> orphans(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        List<Orphan> orphans = new ArrayList<>();
        for (int at = 0; at + SLOT <= file.length; at += SLOT) {
            int length = bytes.getInt(at);
            if (length > 0 && length <= MOST_FACTS) {
                byte[] facts = new byte[length];
                bytes.get(at + HEAD, facts);
                try {
                    if (bytes.getLong(at + 16) != sum(facts, length)) {
                        throw new PackedReader.Damaged("its sum is another", 0);
                    }
                    orphans.add(new Orphan(
                            grown(JournalCodec.facts(facts), bytes.getLong(at + GROWN), bytes.getLong(at + GROWN + 8)),
                            bytes.getInt(at + 4) != 0,
                            amount(bytes.getLong(at + 8)),
                            units(bytes, at + EXPLANATION),
                            counts(bytes, at + EXPLANATION + TIMINGS)));
                } catch (PackedReader.Damaged torn) {
                    LOG.error("a meter slot of a dead machine cannot be read: its hold will expire by itself", torn);
                }
            }
        }
        return orphans;
    }

    /** As the hold was in the end, which never gets less. */
    private static ExchangeFacts grown(ExchangeFacts facts, long nano, long sum) {
        boolean told = sum == sum(nano) && nano > facts.held().nano() && nano <= Usd.MAX_NANO;
        return told ? facts.holding(new Usd(nano), facts.caps()) : facts;
    }

    private static long sum(long nano) {
        return sum(ByteBuffer.allocate(8).putLong(nano).array(), 8);
    }

    /** What no meter wrote is beyond all amounts: the sum is not over it. A person has to look. */
    private static Usd amount(long nano) {
        return new Usd(nano < 0 || nano > Usd.MAX_NANO ? Usd.MAX_NANO : nano);
    }

    private static Map<String, Long> units(ByteBuffer bytes, int at) {
        Map<String, Long> reported = counts(bytes, at + REPORTED);
        long input = bytes.getLong(at);
        long output = bytes.getLong(at + OUTPUT);
        if (!reported.isEmpty() || input <= 0) {
            return reported;
        }
        return Map.of(UnitClass.INPUT.wireName(), input, UnitClass.OUTPUT.wireName(), output);
    }

    private static Map<String, Long> counts(ByteBuffer bytes, int at) {
        int length = bytes.getInt(at);
        if (length <= 0 || length > MOST_COUNTS) {
            return Map.of();
        }
        byte[] packed = new byte[length];
        bytes.get(at + 8, packed);
        try {
            return bytes.getInt(at + 4) == (int) sum(packed, length) ? JournalCodec.numbers(packed) : Map.of();
        } catch (PackedReader.Damaged torn) {
            return Map.of();
        }
    }

    private static long sum(byte[] facts, int length) {
        CRC32C sum = new CRC32C();
        sum.update(facts, 0, length);
        return sum.getValue();
    }
}
