package tollgate.dialect;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What pricing, holding and splicing need of one request, in any dialect. Immutable.
 *
 * @param service the kind of work
 * @param model as the client wrote it
 * @param stream an event stream was asked for
 * @param usageAsked the client asked for the usage event of a stream itself
 * @param ceiling the most output tokens the client allows per choice (the larger where two are given); null: none given
 * @param choices answers wanted, at least 1; each may reach the ceiling
 * @param textBytes an upper bound of the input tokens that text can make: names, tool definitions, schemas and the
 *     dialect's framing of messages included; image parts not
 * @param images image parts asked for at low detail, and all others
 * @param documentBytes bytes of documents whose text cannot be weighed, as they pack or picture it: each may fill the
 *     model's whole context
 * @param tools tools or functions defined
 * @param structuredOutput the answer must fit a JSON schema or be a JSON object
 * @param reasoningEffort as the client wrote it
 * @param asked what else was asked for that prices depend on
 * @param user the client's own name for its user, for the record
 * @param metadata the client's own labels, for the record
 * @param unknownFields top-level names that no table lists; they pass, and raise a metric
 * @param splicePoints where this body can be changed
 */
public record MeteredRequest(
        Service service,
        String model,
        boolean stream,
        boolean usageAsked,
        @Nullable Long ceiling,
        int choices,
        long textBytes,
        ImageCount images,
        long documentBytes,
        int tools,
        boolean structuredOutput,
        @Nullable String reasoningEffort,
        Conditions asked,
        @Nullable String user,
        Map<String, String> metadata,
        List<String> unknownFields,
        SplicePoints splicePoints) {
    /** Copies what could change. */
    public MeteredRequest {
        metadata = Map.copyOf(metadata);
        unknownFields = List.copyOf(unknownFields);
    }

    /**
     * Image parts of a request, each to be bounded by the model card's constant.
     *
     * @param low those asked for at low detail
     * @param other those at any other detail, or none named
     */
    public record ImageCount(int low, int other) {}

    /**
     * What a client asks for that prices depend on; an answer says what it got.
     *
     * @param tier a service tier or speed that may cost other than the standard one; null: none
     * @param region where it is to run; null: not said, or wherever it costs what it costs anyway
     * @param dearestRegion where it may run at most, by the upstream account's own settings; null: nowhere dearer
     */
    public record Conditions(
            @Nullable String tier,
            @Nullable String region,
            @Nullable String dearestRegion) {
        /** Nothing special. */
        public static final Conditions STANDARD = new Conditions(null, null, null);
    }
}
