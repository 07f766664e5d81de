package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.compression.DecompressionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerScanner;

/**
 * What is looked at of a metered answer: its bytes are decoded where they are coded, wait where they are not paid for, and
 * are scanned. A coded stream goes on decoded; a coded document goes on as it is, and is decoded beside.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 * <h2>Reference counting</h2> Owns what waits; what goes on belongs to the keeper.
 */
final class AnswerReader {
    private final AnswerScanner scanner;
    private final boolean stream;
    private final @Nullable ContentDecoder decoder;
    private final @Nullable PaidFlow paid;
    private final Consumer<ByteBuf> keeper;

    /**
     * Of one answer.
     *
     * @param gzip its bytes are coded
     * @param extension says how much is paid for; null: all of it
     * @param keeper takes what has been looked at
     */
    AnswerReader(
            AnswerScanner scanner,
            boolean stream,
            boolean gzip,
            @Nullable Extension extension,
            Consumer<ByteBuf> keeper) {
        this.scanner = scanner;
        this.stream = stream;
        this.decoder = gzip ? new ContentDecoder() : null;
        this.paid = extension == null ? null : new PaidFlow(extension, this::read);
        this.keeper = keeper;
        if (extension != null && !stream) {
            extension.wantAll();
        }
    }

    /**
     * Takes the next bytes of the body.
     *
     * @throws DecompressionException where they are not of their coding; they are released
     */
    void add(ByteBuf slice) {
        ContentDecoder coded = decoder;
        if (coded == null || !stream) {
            pay(slice);
            return;
        }
        try {
            coded.decode(slice, this::pay);
        } finally {
            slice.release();
        }
    }

    private void pay(ByteBuf bytes) {
        if (paid == null) {
            read(bytes);
        } else {
            paid.add(bytes, scanner.facts());
        }
    }

    /**
     * Looks at what is paid for by now.
     *
     * @throws DecompressionException as {@link #add}
     */
    void readOn() {
        if (paid != null) {
            paid.flow(scanner.facts());
        }
    }

    private void read(ByteBuf bytes) {
        if (decoder == null || stream) {
            scanner.scan(bytes);
        } else {
            beside(decoder, bytes);
        }
        keeper.accept(bytes);
    }

    private void beside(ContentDecoder coded, ByteBuf bytes) {
        try {
            coded.decode(bytes, plain -> {
                scanner.scan(plain);
                plain.release();
            });
        } catch (DecompressionException notGzip) {
            bytes.release();
            throw notGzip;
        }
    }

    /** Bytes wait for more to be held: nothing more should be read. */
    boolean waits() {
        return paid != null && paid.waits();
    }

    /** What has been looked at is what goes on. */
    boolean plain() {
        return decoder == null;
    }

    void close() {
        if (paid != null) {
            paid.discard();
        }
        if (decoder != null) {
            decoder.close();
        }
    }
}
