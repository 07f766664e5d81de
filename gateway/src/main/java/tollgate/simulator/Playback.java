package tollgate.simulator;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tollgate.http.ServerExchange;

/**
 * Writes an answer's body as it was told to: piece by piece, paced, cut or stalled. Confined to the exchange's loop.
 *
 * <p>Writes no further than the client takes it.
 */
final class Playback {
    private final ServerExchange client;
    private final List<byte[]> pieces;
    private final long paceNanos;
    private final long burst;
    private final long cutAt;
    private final long stallAt;
    private @Nullable Future<?> waiting;
    private int next;
    private long written;
    private boolean over;

    Playback(ServerExchange client, List<byte[]> pieces, Directives directives) {
        this.client = client;
        long slice = directives.number("slice", 0);
        this.pieces = slice > 0 ? sliced(pieces, (int) slice) : pieces;
        this.paceNanos = directives.duration("pace").toNanos();
        this.burst = Math.max(1, directives.number("burst", 1));
        this.cutAt = directives.number("cut", Long.MAX_VALUE);
        this.stallAt = directives.number("stall", Long.MAX_VALUE);
    }

    /** The same bytes in pieces of one size. */
    private static List<byte[]> sliced(List<byte[]> pieces, int size) {
        int total = pieces.stream().mapToInt(piece -> piece.length).sum();
        byte[] all = new byte[total];
        int at = 0;
        for (byte[] piece : pieces) {
            System.arraycopy(piece, 0, all, at, piece.length);
            at += piece.length;
        }
        return new AbstractList<>() {
            @Override
            public byte[] get(int index) {
                return Arrays.copyOfRange(all, index * size, Math.min(all.length, (index + 1) * size));
            }

            @Override
            public int size() {
                return Math.ceilDiv(all.length, size);
            }
        };
    }

    /** Goes on writing as far as pace and client allow. */
    void run() {
        if (over || waiting != null) {
            return;
        }
        while (!over && client.writable()) {
            if (paceNanos > 0) {
                waiting = client.loop().schedule(this::paced, paceNanos, TimeUnit.NANOSECONDS);
                return;
            }
            writeBurst();
        }
    }

    private void paced() {
        waiting = null;
        if (!over) {
            writeBurst();
            run();
        }
    }

    private void writeBurst() {
        for (int i = 0; i < burst && !over; i++) {
            if (next == pieces.size()) {
                over = true;
                client.end(null);
                return;
            }
            write(pieces.get(next++));
        }
        client.flush();
    }

    private void write(byte[] piece) {
        long until = Math.min(cutAt, stallAt);
        int length = (int) Math.min(piece.length, until - written);
        ByteBuf bytes = client.alloc().buffer(length).writeBytes(piece, 0, length);
        client.write(bytes);
        written += length;
        if (written >= until) {
            over = true;
            client.flush();
            if (cutAt <= stallAt) {
                client.loop().schedule(client::abort, 5, TimeUnit.MILLISECONDS);
            }
        }
    }

    /** The client is gone. */
    void stop() {
        over = true;
        Future<?> paced = waiting;
        if (paced != null) {
            paced.cancel(false);
        }
    }
}
