package tollgate.dialect;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Attribute;
import tollgate.pricing.UnitClass;

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
 * @param extent what it may come to beyond one reading of its own text
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
        Extent extent,
        @Nullable String user,
        Map<String, String> metadata,
        List<String> unknownFields,
        SplicePoints splicePoints) {
    /** Copies what could change. */
    public MeteredRequest {
        metadata = Map.copyOf(metadata);
        unknownFields = List.copyOf(unknownFields);
    }

    /** A request of one prompt, whose own text says all that the model reads. */
    public MeteredRequest(
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
        this(
                service,
                model,
                stream,
                usageAsked,
                ceiling,
                choices,
                textBytes,
                images,
                documentBytes,
                tools,
                structuredOutput,
                reasoningEffort,
                asked,
                Extent.ONE_PROMPT,
                user,
                metadata,
                unknownFields,
                splicePoints);
    }

    /**
     * What a request may come to beyond one reading of its own text.
     *
     * @param prompts separate prompts, each read in a context of its own; at least 1
     * @param unbounded the field that makes the model read what is not in the request, so that nobody can bound it; null:
     *     none does
     * @param calls the most units of what bills besides tokens, by class: calls of the provider's own tools
     * @param kept what of it the provider keeps, and what that it keeps it goes on from
     */
    public record Extent(int prompts, @Nullable String unbounded, Map<UnitClass, Long> calls, Kept kept) {
        /** Nothing is kept. */
        public Extent(int prompts, @Nullable String unbounded, Map<UnitClass, Long> calls) {
            this(prompts, unbounded, calls, Kept.NOTHING);
        }

        /** One prompt, and nothing else. */
        public static final Extent ONE_PROMPT = prompts(1);

        /** Copies what could change. */
        public Extent {
            calls = Map.copyOf(calls);
        }

        /** So many prompts, and nothing else. */
        public static Extent prompts(int prompts) {
            return new Extent(prompts, null, Map.of());
        }
    }

    /**
     * What of a request and its answer is at the provider.
     *
     * @param stored the answer is kept there
     * @param background the answer is made when nobody waits for it
     * @param references ids of what it goes on from; only who made that may
     */
    public record Kept(boolean stored, boolean background, List<Reference> references) {
        /** Nothing. */
        public static final Kept NOTHING = new Kept(false, false, List.of());

        /** Nothing is kept, but what others keep is named. */
        public static Kept naming(List<Reference> references) {
            return references.isEmpty() ? NOTHING : new Kept(false, false, references);
        }

        /** Copies what could change. */
        public Kept {
            references = List.copyOf(references);
        }
    }

    /**
     * Something that the provider keeps, which a request names.
     *
     * @param param the field that names it
     * @param kind what it is
     * @param id its id
     */
    public record Reference(String param, ObjectCall.Kind kind, String id) {
        /** Something that was not made through the gateway. */
        public static Reference elsewhere(String param, String id) {
            return new Reference(param, ObjectCall.Kind.ELSEWHERE, id);
        }
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
     * @param attributes what else was asked for
     */
    public record Conditions(
            @Nullable String tier,
            @Nullable String region,
            @Nullable String dearestRegion,
            Map<Attribute, String> attributes) {
        /** Nothing special. */
        public static final Conditions STANDARD = new Conditions(null, null, null);

        /** Copies what could change. */
        public Conditions {
            attributes = Map.copyOf(attributes);
        }

        /** With nothing else. */
        public Conditions(@Nullable String tier, @Nullable String region, @Nullable String dearestRegion) {
            this(tier, region, dearestRegion, Map.of());
        }
    }
}
