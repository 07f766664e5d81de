package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.dialect.Announcement;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.Refusal;
import tollgate.http.AnswerReceiver;
import tollgate.http.ServerExchange;
import tollgate.http.UpstreamCall;
import tollgate.http.UpstreamFailure;
import tollgate.http.UpstreamPool;
import tollgate.http.UpstreamRequest;
import tollgate.metering.Ending;
import tollgate.metering.Observed;
import tollgate.metering.Settlement;
import tollgate.metering.WhoPays;
import tollgate.pricing.Usd;

/**
 * The answer of one exchange on its way from the upstream to the client.
 *
 * <p>Streams flow event by event, their head leaving with the first of them; whole answers are withheld. When the scanner
 * says that accounting is over, or something broke, the exchange is told once how it ended; when it has settled, {@link
 * #announced} lets the last bytes go.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 * <h2>Back-pressure</h2> While the client's side takes no more, the upstream is not read.
 */
final class Relay implements AnswerReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final long TRAILING_BYTES_MS = 1_000;
    /** What follows a terminator is read no further than this: an upstream that goes on is left. */
    private static final int TRAILING_BYTES = 64 * 1024;

    private static final int QUOTED = 2048;
    /** Of what is read at once, so much goes on before more is read: else back-pressure would come a megabyte late. */
    private static final int FORWARDED_AT_ONCE = 32 * 1024;

    private final Exchange exchange;
    private final ServerExchange server;
    private final Announcement.Begun begun;
    private final boolean hideUsage;
    private final Delivery delivery;
    private final Lane lane;
    private final Attempts attempts;
    private final String path;
    private final Withholding withholding;
    private final @Nullable JobStart job;
    private @Nullable UpstreamCall call;
    private @Nullable AnswerKind kind;
    private @Nullable AnswerScanner scanner;
    private @Nullable AnswerReader reader;
    private @Nullable ErrorAnswer error;
    private @Nullable Refusal failure;
    private @Nullable String detail;
    private @Nullable Announcement announcement;
    private int status;
    private long forwarded;
    private long trailing;
    private boolean ending;
    private boolean upstreamOver;
    private boolean draining;
    private boolean over;

    Relay(Exchange exchange, Announcement.Begun begun, boolean hideUsage, Attempts attempts) {
        this.exchange = exchange;
        this.server = exchange.server();
        this.begun = begun;
        this.delivery = new Delivery(exchange, begun);
        this.hideUsage = hideUsage && !delivery.costInUsage();
        this.lane = new Lane(delivery::body);
        this.attempts = attempts;
        this.path = path(exchange);
        this.withholding = new Withholding(exchange.context());
        this.job = exchange.inBackground() ? new JobStart(exchange, this::jobKept, this::jobLost) : null;
    }

    /** As the upstream is to have it, which may call the model something else. */
    private static String path(Exchange exchange) {
        String renamed = exchange.candidates().renamed();
        String asked = exchange.server().head().path();
        return renamed == null
                ? asked
                : Objects.requireNonNull(exchange.dialect().naming(asked, renamed));
    }

    /** Forwards the request; the body becomes the pool's. */
    void send(UpstreamPool pool, ByteBuf body) {
        HttpHeaders headers = ForwardedHeaders.upstream(
                server.head().headers(), delivery.costInUsage() || exchange.plan().request().stream());
        String apiKey = exchange.upstream().apiKey();
        if (apiKey != null) {
            exchange.dialect().authorize(apiKey, headers::set);
        }
        String target = Query.target(path, server.head().query());
        UpstreamRequest request = new UpstreamRequest(HttpMethod.POST, target, headers, body);
        RequestSigner signer = exchange.upstream().signer();
        if (signer == null) {
            call = pool.send(request, this);
        } else {
            signer.sign(request, server.loop(), () -> signed(pool, request), why -> {
                request.body().release();
                onFailure(new UpstreamFailure(UpstreamFailure.Kind.MALFORMED, "cannot be signed: " + why));
            });
        }
    }

    /** The client may have left meanwhile. */
    private void signed(UpstreamPool pool, UpstreamRequest request) {
        if (over || ending) {
            request.body().release();
        } else {
            call = pool.send(request, this);
        }
    }

    @Override
    public void onAttempt(int number, boolean reused) {
        attempts.begin(reused);
    }

    @Override
    public void onHead(int answered, HttpHeaders headers, long contentLength) {
        attempts.answered(answered);
        RequestSigner signer = exchange.upstream().signer();
        if (signer != null) {
            signer.answered(answered, headers);
        }
        if (exchange.goesOnFrom(answered, headers)) {
            return;
        }
        exchange.timings().mark("first_byte");
        exchange.answerBegins();
        status = answered;
        Form form = form(headers);
        delivery.head(answered, ForwardedHeaders.downstream(headers, answered), form);
        AnswerKind is = AnswerKind.of(answered, form);
        kind = is;
        if (is.metered()) {
            scanner = exchange.dialect()
                    .scanner(
                            exchange.plan().request(),
                            path,
                            new AnswerShape(form, hideUsage, delivery.costInUsage()),
                            headers::get);
            read(scanner, is == AnswerKind.STREAM, headers.get(HttpHeaderNames.CONTENT_ENCODING, "identity"));
        } else if (is == AnswerKind.ERROR || is == AnswerKind.CREDENTIALS) {
            error = new ErrorAnswer(headers);
        }
    }

    private Form form(HttpHeaders headers) {
        String type = headers.get(HttpHeaderNames.CONTENT_TYPE, "").toLowerCase(Locale.ROOT);
        return exchange.dialect().form(exchange.plan().request(), type);
    }

    private void read(AnswerScanner reading, boolean stream, String coding) {
        boolean gzip = ContentDecoder.isGzip(coding);
        reader = new AnswerReader(reading, stream, gzip, exchange.extension(), this::keep);
        if (gzip && stream) {
            delivery.decoded();
        } else if (!gzip && !coding.equalsIgnoreCase("identity")) {
            garbled("content-encoding: " + coding);
        }
    }

    @Override
    public void onBody(ByteBuf slice) {
        if (over || (ending && !terminatedStream())) {
            slice.release();
            return;
        }
        if (kind == AnswerKind.STREAM && terminated()) {
            trailing += slice.readableBytes();
            if (trailing > TRAILING_BYTES) {
                slice.release();
                leaveTheRest();
                return;
            }
        }
        AnswerReader looking = reader;
        if (looking != null) {
            read(() -> looking.add(slice));
            if (looking.waits() && call != null) {
                call.pauseRead(true);
            }
        } else {
            if (error != null) {
                error.read(slice);
            }
            keep(slice);
        }
    }

    private void leaveTheRest() {
        giveUpUpstream();
        Objects.requireNonNull(scanner).end(true);
        forward();
        if (ending) {
            finish();
        } else {
            complete();
        }
    }

    private void read(Runnable reading) {
        try {
            reading.run();
        } catch (DecompressionException notGzip) {
            garbled("content-encoding gzip: " + notGzip.getMessage());
        }
    }

    /** More of the answer is paid for. */
    void readOn() {
        AnswerReader looking = reader;
        if (looking == null || over) {
            return;
        }
        read(looking::readOn);
        if (over || ending) {
            return;
        }
        onBatchEnd();
        if (!looking.waits() && upstreamOver && !ending) {
            onEnd();
        } else if (draining || server.writable()) {
            clientWritable();
        }
    }

    private boolean terminatedStream() {
        return failure == null && kind == AnswerKind.STREAM;
    }

    private void keep(ByteBuf slice) {
        lane.add(slice);
        if (kind != AnswerKind.STREAM) {
            withholding.holds(lane.withheld());
        }
        if (draining) {
            lane.discard();
        } else if (lane.received() - forwarded >= FORWARDED_AT_ONCE) {
            forward();
        }
    }

    @Override
    public void onBatchEnd() {
        if (over || (draining && !terminated())) {
            return;
        }
        forward();
        if (terminated() && kind == AnswerKind.STREAM) {
            complete();
        }
    }

    private void forward() {
        forwarded = lane.received();
        AnswerScanner reading = scanner;
        if (kind == AnswerKind.STREAM && reading != null) {
            flow(reading);
        } else {
            withhold();
        }
    }

    private boolean terminated() {
        return scanner != null && scanner.terminated();
    }

    private void flow(AnswerScanner reading) {
        exchange.named(reading.facts());
        if (job != null && job.withholds(reading.facts())) {
            if (call != null && job.isKeeping()) {
                call.pauseRead(true);
            }
            return;
        }
        if (lane.passReleasable(reading)) {
            exchange.relayed(reading.facts());
            server.flush();
            backPressure();
        }
    }

    private void backPressure() {
        if (call != null && !server.writable()) {
            call.pauseRead(true);
        }
    }

    /** Keeps a whole answer, or where it is too long or memory short, lets go of all of it but the last byte. */
    private void withhold() {
        if (withholding.overflowing() && !ending && kind == AnswerKind.WHOLE) {
            if (scanner != null) {
                exchange.named(scanner.facts());
            }
            lane.pass(lane.received() - 1);
            if (delivery.begun()) {
                if (scanner != null) {
                    exchange.relayed(scanner.facts());
                }
                server.flush();
                backPressure();
            }
        } else if (withholding.overflowing()) {
            lane.discard();
        }
    }

    @Override
    public void onEnd() {
        upstreamOver = true;
        if (over || (reader != null && reader.waits())) {
            return;
        }
        if (scanner != null) {
            scanner.end(true);
        }
        if (ending) {
            finish();
        } else {
            complete();
        }
    }

    /** What is made in the background survives us from now on: its answer may go on. */
    private void jobKept() {
        if (over || ending) {
            return;
        }
        if (!draining) {
            forward();
        }
        if (upstreamOver || (terminated() && kind == AnswerKind.STREAM)) {
            complete();
        } else if (server.writable() && call != null) {
            call.pauseRead(false);
        }
    }

    /** It does not: nobody is told of it, and nobody pays for it. */
    private void jobLost() {
        if (!over && !ending) {
            giveUpUpstream();
            detail = "a job that could not be recorded";
            cut(new Ending.UpstreamFailed(), Refusals.jobNotKept());
        }
    }

    /** The answer says that it is made later. */
    private void becomeJob(JobStart start, AnswerFacts facts) {
        if (start.withholds(facts)) {
            return;
        }
        ending = true;
        if (!exchange.clientIsGone()) {
            delivery.job(lane);
        }
        close();
        exchange.detach();
    }

    /** This answer breaks off, or nobody takes it any more; the job goes on. */
    private void leaveJob() {
        ending = true;
        if (!exchange.clientIsGone()) {
            if (delivery.begun()) {
                server.abort();
            } else {
                Refuser.send(
                        server,
                        exchange.dialect(),
                        exchange.id(),
                        failure == null ? Refusals.jobGoesOn() : failure,
                        headers -> begun.fields(headers::set));
            }
        }
        close();
        exchange.detach();
    }

    /** Everything of the answer that counts is here. */
    private void complete() {
        if (ending || (job != null && job.isKeeping())) {
            return;
        }
        AnswerKind is = Objects.requireNonNull(kind);
        AnswerFacts facts = facts();
        switch (is) {
            case CREDENTIALS -> accountRefused(errorQuoted());
            case REDIRECT -> refuseInstead(Refusals.upstreamRedirect(), "status " + status);
            case EMPTY -> end(new Ending.UpstreamRefused());
            case ERROR -> completeError(Objects.requireNonNull(error));
            case WHOLE -> {
                if (job != null && isMadeLater(facts)) {
                    becomeJob(job, Objects.requireNonNull(facts));
                } else if (facts != null && (facts.complete() || facts.error())) {
                    end(draining ? new Ending.ClientGone(true) : new Ending.Complete());
                } else if (delivery.begun()) {
                    cut(new Ending.UpstreamCut(true), Refusals.cutRelayed());
                } else {
                    garbled("not a document of the dialect: " + quoted());
                }
            }
            case STREAM -> {
                if (facts != null && (facts.events() > 0 || facts.error() || delivery.begun())) {
                    end(draining ? new Ending.ClientGone(true) : new Ending.Complete());
                } else {
                    garbled("a stream without an event of the dialect: " + quoted());
                }
            }
        }
    }

    /** An error is the client's to read, unless it may be about our account. */
    private void completeError(ErrorAnswer answer) {
        if (answer.blamesAccount(exchange.dialect())) {
            accountRefused(answer.quoted());
        } else if (withholding.overflowing() || !answer.readable()) {
            refuseInstead(Refusals.upstreamError(status), "status " + status + ": " + answer.quoted());
        } else {
            end(new Ending.UpstreamRefused());
        }
    }

    /** What the upstream says stays in the record: it may quote our account. */
    private void accountRefused(String quoted) {
        LOG.warn(
                "upstream {} refuses the gateway's own account with status {}: what it says is in exchange {}",
                exchange.upstream().name(),
                status,
                exchange.id());
        refuseInstead(Refusals.upstreamCredentials(), "status " + status + ": " + quoted);
    }

    private String errorQuoted() {
        return error == null ? "" : error.quoted();
    }

    private void refuseInstead(Refusal refusal, String why) {
        detail = why;
        failure = refusal;
        end(new Ending.UpstreamRefused());
    }

    private void garbled(String why) {
        detail = why;
        attempts.failed("GARBLED", WhoPays.Billed.NOTHING);
        exchange.candidates().failed();
        cut(delivery.begun() ? new Ending.UpstreamCut(true) : new Ending.UpstreamGarbled(), Refusals.upstreamGarbled());
        giveUpUpstream();
    }

    /** The beginning of what is withheld, for the operator. */
    private String quoted() {
        return reader != null && !reader.plain()
                ? "compressed"
                : lane.peek(QUOTED).toString(StandardCharsets.UTF_8);
    }

    @Override
    public void onFailure(UpstreamFailure broken) {
        upstreamOver = true;
        boolean sentWhole = kind == null ? call != null && call.requestSent() : kind.metered();
        boolean unused = !over && !ending && !delivery.begun();
        attempts.failed(broken.kind().name(), sentWhole && unused ? billed() : WhoPays.Billed.NOTHING);
        Metered.upstreamFailed(
                exchange.context().telemetry(),
                exchange.upstream().name(),
                broken.kind().name());
        if (exchange.goesOnFrom(broken, unused && (kind == null || kind.metered()), sentWhole)) {
            return;
        }
        exchange.requestSent();
        if (over) {
            return;
        }
        if (ending) {
            finish();
            return;
        }
        detail = broken.kind() + ": " + broken.detail();
        if (lane.received() == 0) {
            cut(new Ending.UpstreamFailed(), Refusals.upstreamFailed(broken));
        } else if (delivery.begun()) {
            cut(new Ending.UpstreamCut(true), Refusals.cutRelayed());
        } else {
            cut(new Ending.UpstreamCut(false), Refusals.cutWithheld());
        }
    }

    /** What the upstream may bill for an answer of which the client has nothing. */
    private WhoPays.Billed billed() {
        AnswerFacts facts = facts();
        return exchange.context()
                .whoPays()
                .unusable(
                        exchange.plan(),
                        facts == null
                                ? Observed.NOTHING
                                : Observed.of(facts, exchange.upstream().costReported()));
    }

    /** No proper end will come. */
    private void cut(Ending how, Refusal refusal) {
        if (scanner != null) {
            scanner.end(false);
        }
        failure = refusal;
        end(
                draining
                        ? new Ending.ClientGone(true)
                        : kind != null && !kind.metered() ? new Ending.UpstreamRefused() : how);
    }

    /** The gateway ends the exchange. */
    void stop(Ending.Reason why) {
        stop(why, Refusals.stopped(why));
    }

    /** The same, and the client is told this. */
    void stop(Ending.Reason why, Refusal told) {
        if (!ending && !over) {
            giveUpUpstream();
            detail = "stopped: " + why;
            cut(new Ending.Stopped(why, delivery.begun()), told);
        }
    }

    /**
     * The client left: cancelled, or read to its end and charged as reported. Its route says which; else a whole answer is read
     * on, for the upstream makes and bills it to its end whoever waits for it, and a stream as its upstream is told, or
     * where what it costs cannot be seen in what came: of hidden output.
     */
    void clientGone() {
        if (over) {
            return;
        }
        if (ending) {
            close();
            exchange.closeBooking();
            return;
        }
        boolean sent = call != null && call.requestSent();
        if (sent && drains() && (kind == null || kind.metered())) {
            draining = true;
            lane.discard();
            Objects.requireNonNull(call).pauseRead(false);
        } else {
            giveUpUpstream();
            if (scanner != null) {
                scanner.end(false);
            }
            end(kind != null && !kind.metered() ? new Ending.UpstreamRefused() : new Ending.ClientGone(sent));
        }
    }

    private boolean drains() {
        // an answer in the background is made to its end all the same: its id has to be known, at least
        if (!(job == null || job.isKeeping() || job.isKept())) {
            return true;
        }
        Boolean route = exchange.candidates().route().drains();
        if (route != null || !exchange.plan().request().stream()) {
            return route == null || route;
        }
        Boolean said = exchange.upstream().drains();
        return said != null ? said : !exchange.plan().rates().limits().visibleOutput();
    }

    /** The request goes to another upstream: nothing came of this one. */
    void abandon() {
        close();
    }

    private void giveUpUpstream() {
        if (call != null && !upstreamOver) {
            upstreamOver = true;
            call.cancel();
        }
    }

    private static boolean isMadeLater(@Nullable AnswerFacts facts) {
        return facts != null
                && facts.complete()
                && !facts.error()
                && facts.objectId() != null
                && !JobLook.isOver(facts.status());
    }

    private void end(Ending how) {
        AnswerFacts said = facts();
        if (job != null && job.isKeeping()) {
            job.then(() -> end(how));
            return;
        }
        if (job != null && job.isKept() && (said == null || !said.complete())) {
            leaveJob();
            return;
        }
        ending = true;
        AnswerFacts facts = facts();
        if (facts != null) {
            exchange.named(facts);
        }
        Observed observed = facts == null
                ? Observed.NOTHING
                : Observed.of(facts, exchange.upstream().costReported());
        exchange.end(how, observed.lasting(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - exchange.placedNanos())));
    }

    /** The client takes bytes again. */
    void clientWritable() {
        if (call != null && !upstreamOver && (reader == null || !reader.waits())) {
            call.pauseRead(false);
        }
    }

    /** The exchange is settled, or safely journalled: let the rest go. */
    void announced(Settlement settled, @Nullable Usd balance) {
        if (over || exchange.clientIsGone()) {
            close();
            exchange.closeBooking();
            return;
        }
        AnswerFacts facts = facts();
        announcement = new Announcement(
                begun,
                facts == null ? null : facts.model(),
                settled.usage().asMap().isEmpty() ? null : settled.usage(),
                settled.estimated(),
                settled.total(),
                balance);
        if (upstreamOver || failure != null || kind != AnswerKind.STREAM) {
            finish();
        } else {
            // what still follows a terminator is seldom anything
            server.loop().schedule(this::finish, TRAILING_BYTES_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void finish() {
        Announcement said = announcement;
        if (said == null || over) {
            return;
        }
        AnswerScanner reading = scanner;
        AnswerScanner events = kind == AnswerKind.STREAM ? reading : null;
        if (failure != null) {
            delivery.failed(said, failure, lane, events);
        } else if (events != null) {
            delivery.stream(said, lane, events);
        } else if (delivery.begun() || (withholding.overflowing() && kind == AnswerKind.WHOLE)) {
            delivery.flowed(said, lane);
        } else {
            delivery.whole(said, lane, kind == AnswerKind.EMPTY, reader == null || reader.plain() ? reading : null);
        }
        close();
    }

    private void close() {
        over = true;
        giveUpUpstream();
        lane.discard();
        if (reader != null) {
            reader.close();
        }
        if (error != null) {
            error.close();
        }
        withholding.close();
    }

    /** What the answer has said so far; null where it cannot say anything. */
    @Nullable
    AnswerFacts facts() {
        return scanner == null ? null : scanner.facts();
    }

    /** The same, where some of it has been handed to the client's connection. */
    @Nullable
    AnswerFacts relayedFacts() {
        return delivery.begun() || draining ? facts() : null;
    }

    /** The status the client gets; 0 where it gets none. */
    int clientStatus() {
        if (exchange.clientIsGone() && !delivery.begun()) {
            return 0;
        }
        return failure != null && !delivery.begun() ? failure.status() : status;
    }

    /** What an operator should know of what broke. */
    @Nullable
    String failureDetail() {
        String key = exchange.upstream().apiKey();
        return detail == null || key == null || key.isEmpty() ? detail : detail.replace(key, "[our key]");
    }
}
