package tollgate.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;

/** Notices a client that takes none of the bytes waiting for it. Confined to the connection's event loop. */
final class ClientStall {
    private final long patienceNanos;
    private long since;
    private long pending;
    private long progress;

    ClientStall(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    /** Whether anything waited when somebody last looked. */
    boolean waiting() {
        return pending > 0;
    }

    /** Whether nothing of what waits has been taken for longer than the patience. */
    boolean stalled(Channel channel, long now) {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        if (out == null || out.totalPendingWriteBytes() == 0) {
            since = now;
            pending = 0;
            return false;
        }
        long waiting = out.totalPendingWriteBytes();
        long taken = out.currentProgress();
        if (waiting < pending || taken != progress || pending == 0) {
            since = now;
        }
        pending = waiting;
        progress = taken;
        return now - since > patienceNanos;
    }
}
