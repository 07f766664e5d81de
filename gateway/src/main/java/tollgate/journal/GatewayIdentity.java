package tollgate.journal;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Properties;

/**
 * Who a gateway is: the same over restarts, but told apart from its own earlier runs and from a clone of its folder.
 *
 * @param id of the data directory: 8 hexadecimal digits
 * @param boot how often it was started, from 1
 * @param nonce random at each start: 8 hexadecimal digits
 */
public record GatewayIdentity(String id, long boot, String nonce) {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** The identity of a start from this folder, with its boot number raised and on disk. */
    static GatewayIdentity next(Path folder) throws IOException {
        Path file = folder.resolve("gateway.properties");
        Properties known = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                known.load(reader);
            }
        }
        GatewayIdentity next = new GatewayIdentity(
                known.getProperty("id", random()), Long.parseLong(known.getProperty("boot", "0")) + 1, random());
        known.setProperty("id", next.id);
        known.setProperty("boot", Long.toString(next.boot));
        Path fresh = folder.resolve("gateway.properties.new");
        try (Writer writer = Files.newBufferedWriter(fresh)) {
            known.store(writer, null);
        }
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return next;
    }

    private static String random() {
        byte[] bytes = new byte[4];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
