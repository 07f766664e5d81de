package tollgate.proxy;

import io.netty.buffer.ByteBufInputStream;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.InputStream;
import java.net.URI;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;
import tollgate.http.UpstreamRequest;

/**
 * Signs requests as AWS wants it (Signature Version 4), by AWS's own library. Thread-safe.
 *
 * <h2>Threading</h2> A small request is signed on the event loop; the body of a large one is hashed on a worker.
 */
public final class AwsRequestSigner implements RequestSigner {
    private static final Logger LOG = LoggerFactory.getLogger(AwsRequestSigner.class);
    /** Hashed in some 0.2 ms. */
    private static final int HASHED_AT_ONCE = 128 * 1024;
    /** AWS takes signatures of up to five minutes ago. */
    private static final Duration TOLERATED = Duration.ofMinutes(4);

    private static final String SERVICE = "bedrock";

    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
    private final AwsCredentialsIdentity identity;
    private final String region;
    private final URI baseUrl;
    private final Clock clock;
    private final Executor workers;
    private volatile Duration skew = Duration.ZERO;

    /**
     * A signer for one upstream.
     *
     * @param session of temporary credentials; null: they are lasting ones
     * @param workers hashes large bodies; may block
     */
    public AwsRequestSigner(
            URI baseUrl,
            String region,
            String accessKeyId,
            String secretAccessKey,
            @Nullable String session,
            Clock clock,
            Executor workers) {
        this.baseUrl = baseUrl;
        this.region = region;
        this.identity = session == null
                ? AwsCredentialsIdentity.create(accessKeyId, secretAccessKey)
                : AwsSessionCredentialsIdentity.create(accessKeyId, secretAccessKey, session);
        this.clock = clock;
        this.workers = workers;
        // its classes are not to be loaded when the first request is on its way
        sign(SdkHttpRequest.builder().method(SdkHttpMethod.POST).uri(baseUrl).build(), InputStream::nullInputStream);
    }

    @Override
    public void sign(UpstreamRequest request, EventLoop loop, Runnable then, Consumer<String> failed) {
        if (request.body().readableBytes() <= HASHED_AT_ONCE) {
            finish(request, attempted(request), then, failed);
        } else {
            workers.execute(() -> {
                Attempted attempted = attempted(request);
                loop.execute(() -> finish(request, attempted, then, failed));
            });
        }
    }

    /** What signing came to: fields, or why not. */
    private record Attempted(@Nullable Map<String, List<String>> fields, String why) {}

    private Attempted attempted(UpstreamRequest request) {
        try {
            return new Attempted(
                    sign(
                            asSigned(request),
                            () -> new ByteBufInputStream(request.body().duplicate())),
                    "");
        } catch (RuntimeException broken) {
            LOG.warn("a request could not be signed", broken);
            return new Attempted(null, String.valueOf(broken.getMessage()));
        }
    }

    private static void finish(UpstreamRequest request, Attempted attempted, Runnable then, Consumer<String> failed) {
        if (attempted.fields == null) {
            failed.accept(attempted.why);
            return;
        }
        attempted.fields.forEach((name, values) -> {
            if (!name.equalsIgnoreCase("host")) {
                request.headers().set(name, values);
            }
        });
        then.run();
    }

    /** The request as far as it is signed: what may change on its way is not. */
    private SdkHttpRequest asSigned(UpstreamRequest request) {
        String base = baseUrl.getRawPath();
        SdkHttpRequest.Builder signed = SdkHttpRequest.builder()
                .method(SdkHttpMethod.fromValue(request.method().name()))
                .protocol(baseUrl.getScheme())
                .host(baseUrl.getHost())
                .encodedPath((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + request.target());
        if (baseUrl.getPort() >= 0) {
            signed.port(baseUrl.getPort());
        }
        for (Map.Entry<String, String> field : request.headers()) {
            String name = field.getKey().toLowerCase(Locale.ROOT);
            if (name.equals("content-type") || name.startsWith("x-amz")) {
                signed.appendHeader(field.getKey(), field.getValue());
            }
        }
        return signed.build();
    }

    private Map<String, List<String>> sign(SdkHttpRequest request, ContentStreamProvider body) {
        SignedRequest signed = signer.sign(asked -> asked.identity(identity)
                .request(request)
                .payload(body)
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, SERVICE)
                .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                .putProperty(AwsV4HttpSigner.SIGNING_CLOCK, Clock.offset(clock, skew)));
        return signed.request().headers();
    }

    /** A request that was refused may have been signed at another time than it is there. */
    @Override
    public void answered(int status, HttpHeaders headers) {
        String date = headers.get(HttpHeaderNames.DATE);
        if (date == null || status < 400 || status > 403) {
            return;
        }
        try {
            Instant there = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration ahead = Duration.between(clock.instant(), there);
            boolean tolerated = ahead.abs().compareTo(TOLERATED) < 0;
            if (!tolerated) {
                LOG.warn("the clock of {} is {} ahead of ours: requests are signed by it", baseUrl, ahead);
            }
            skew = tolerated ? Duration.ZERO : ahead;
        } catch (DateTimeException noDate) {
            LOG.debug("no date: {}", date);
        }
    }
}
