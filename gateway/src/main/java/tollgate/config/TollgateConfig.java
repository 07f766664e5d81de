package tollgate.config;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.PriceSettings;
import tollgate.pricing.Usd;

/**
 * A whole configuration, checked. Immutable.
 *
 * @param listen where to listen
 * @param dataDir what survives a restart lies here
 * @param adminKeys keys of the control plane
 * @param redis where the money is
 * @param recordsUrl {@code embedded}, or a JDBC address
 * @param upstreams the providers that are left after expansion
 * @param prices what things cost
 * @param holds how much is held, and for how long
 * @param timeouts how long upstreams and clients may take
 * @param limits what requests may take
 * @param approval what a second person has to agree to
 * @param journalSync settlements are on disk after so long; zero: before their last byte leaves
 * @param announce how costs are told
 * @param enforce whether money, caps, limits and rights refuse
 * @param lameDuck how long a stopping gateway still takes what is new, while it says that it is not ready
 * @param drain how long a stopping gateway waits for what is open, that time included
 * @param warnings what was left out, and why
 */
public record TollgateConfig(
        Listen listen,
        Path dataDir,
        List<String> adminKeys,
        Redis redis,
        String recordsUrl,
        List<Provider> upstreams,
        PriceSettings prices,
        Holds holds,
        Timeouts timeouts,
        Limits limits,
        Approval approval,
        Duration journalSync,
        Announce announce,
        boolean enforce,
        Duration lameDuck,
        Duration drain,
        List<String> warnings) {
    /** What stands for the brought-along Redis or SQL. */
    public static final String EMBEDDED = "embedded";

    /** Copies what could change. */
    public TollgateConfig {
        adminKeys = List.copyOf(adminKeys);
        upstreams = List.copyOf(upstreams);
        warnings = List.copyOf(warnings);
    }

    /** Where to listen. */
    public record Listen(InetSocketAddress gateway, InetSocketAddress admin) {}

    /**
     * Where the money is, and how long to wait for it.
     *
     * @param caFile certificates, as PEM, of the authorities that its own is checked by; null: those of the machine
     * @param sentinels as whom sentinels are asked; null: as nobody
     * @param waitAof how long is waited for money that comes in to be on its disk, where it can tell; zero: not at all
     * @param ledgerEntries how many entries may wait in Redis for SQL; nothing new is placed above 80 % of that
     * @param allowUnsafe whether to serve from a Redis that is set up to lose money
     */
    public record Redis(
            String url,
            @Nullable Path caFile,
            @Nullable Sentinels sentinels,
            Duration placeWait,
            Duration settleWait,
            Duration waitAof,
            long ledgerEntries,
            boolean allowUnsafe) {
        /**
         * Whom sentinels know.
         *
         * @param user empty: the one that needs no name
         */
        public record Sentinels(String user, String password) {
            /** Without the password: it must not get into a log. */
            @Override
            public String toString() {
                return "sentinels' user '" + user + "'";
            }
        }

        /** Without the password: it must not get into a log. */
        @Override
        public String toString() {
            return "redis of " + url.replaceFirst("//[^@/]*@", "//…@");
        }
    }

    /**
     * A provider.
     *
     * @param costReported what its answers say that they cost is the cost
     * @param aws what its requests are signed with; null: a key shows who asks
     * @param shared what it keeps that every project may name, by id or address, or by how that begins where it ends with *
     */
    public record Provider(
            String name,
            String dialect,
            URI baseUrl,
            @Nullable String apiKey,
            boolean costReported,
            @Nullable Aws aws,
            List<String> shared) {
        /** Copies what could change. */
        public Provider {
            shared = List.copyOf(shared);
        }

        /** One that is shown a key. */
        public Provider(String name, String dialect, URI baseUrl, @Nullable String apiKey, boolean costReported) {
            this(name, dialect, baseUrl, apiKey, costReported, null, List.of());
        }

        /** Without the key: it must not get into a log. */
        @Override
        public String toString() {
            return name + " (" + dialect + ") at " + baseUrl;
        }
    }

    /**
     * Credentials of an AWS account.
     *
     * @param session of temporary ones; null: they are lasting
     * @param region where requests are signed for
     */
    public record Aws(
            String accessKeyId,
            String secretAccessKey,
            @Nullable String session,
            String region) {
        /** Without secrets: they must not get into a log. */
        @Override
        public String toString() {
            return accessKeyId + " in " + region;
        }
    }

    /** How much is held, and for how long. */
    public record Holds(
            String mode,
            long trancheTokens,
            Duration life,
            Duration maxExchange,
            Duration maxJob,
            long minOutputTokens,
            Usd maxOverrun,
            @Nullable Long inputCeiling,
            int mostOpen) {}

    /** How long things may take. */
    public record Timeouts(Duration connect, Duration firstByte, Duration idle, Duration total, Duration clientStall) {}

    /**
     * What requests may take.
     *
     * @param perAddress requests a second from one address; 0: as many as it likes
     */
    public record Limits(int requestBytes, long inFlightBytes, Duration bodyRead, int headerBytes, int perAddress) {}

    /**
     * What a second person has to agree to.
     *
     * @param above corrections and grants of one of them that come to more within a day; null: nothing
     * @param within so long there is to agree
     */
    public record Approval(@Nullable Usd above, Duration within) {}

    /** How costs are told. */
    public record Announce(boolean trailers, boolean sseComment, boolean balance, int holdBytes) {}
}
