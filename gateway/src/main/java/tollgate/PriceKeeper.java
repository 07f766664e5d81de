package tollgate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.pricing.InvalidRateCard;
import tollgate.pricing.PriceSettings;
import tollgate.pricing.RateBook;

/**
 * Keeps the prices in force: looks at an operator's rate cards and takes a changed one over, whole or not at all.
 *
 * <p>A file that cannot be used is refused loudly, and what was in force stays. Content has to be the same at two looks
 * before it counts as changed: a file that is still being written is not read. Requests that run keep the book that they
 * began with. Thread-safe; the file system is looked at on a virtual thread of its own.
 */
final class PriceKeeper implements Supplier<RateBook>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PriceKeeper.class);
    private static final String RELOADS = "tollgate_price_reloads_total";

    private final PriceSettings settings;
    private final Telemetry telemetry;
    private final Thread watch;
    private volatile RateBook book;
    private volatile boolean refused;
    private String seen;
    private String taken;

    private PriceKeeper(PriceSettings settings, Duration every, Telemetry telemetry) {
        this.settings = settings;
        this.telemetry = telemetry;
        this.taken = content();
        this.seen = taken;
        this.book = settings.book();
        this.watch = Thread.ofVirtual().name("prices").unstarted(() -> watch(every));
    }

    /**
     * Reads the prices and keeps looking at their files, if there are any.
     *
     * @throws InvalidRateCard when they cannot be used: nothing is in force yet that could stay
     */
    static PriceKeeper open(PriceSettings settings, Duration every, Telemetry telemetry) {
        PriceKeeper keeper = new PriceKeeper(settings, every, telemetry);
        telemetry.gauge("tollgate_price_files_refused", () -> keeper.refused ? 1 : 0);
        if (!settings.files().isEmpty()) {
            keeper.watch.start();
        }
        return keeper;
    }

    /** The prices in force. */
    @Override
    public RateBook get() {
        return book;
    }

    private void watch(Duration every) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.sleep(every);
                look();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks once. */
    void look() {
        String now = content();
        boolean settled = now.equals(seen);
        seen = now;
        if (settled && !now.equals(taken)) {
            taken = now;
            take();
        }
    }

    private void take() {
        try {
            RateBook changed = settings.book();
            book = changed;
            refused = false;
            telemetry.count(RELOADS, 1, "result", "applied");
            LOG.info(
                    "prices: changed rate cards are in force: {} cards",
                    changed.cards().size());
        } catch (RuntimeException unusable) {
            // whatever is wrong with a file, the looking goes on and what was in force stays
            refused = true;
            telemetry.count(RELOADS, 1, "result", "refused");
            LOG.error("prices: a changed rate card is refused, what was in force stays: {}", unusable.getMessage());
        }
    }

    private String content() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : settings.files()) {
                digest.update(bytes(file));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException gone) {
            return gone.toString().getBytes(StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        watch.interrupt();
    }
}
