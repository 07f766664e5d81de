package tollgate.journal;

import tollgate.pricing.Usd;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * Journal entries and the facts in meter slots, as JSON: a release reads what the one before it wrote, unknown names
 * pass. Amounts are integers of nano-dollars. Thread-safe.
 */
final class JournalCodec {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new SimpleModule()
                    .addSerializer(Usd.class, new AsNano())
                    .addDeserializer(Usd.class, new FromNano()))
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private JournalCodec() {}

    /** An entry as at most so many bytes; the client's own texts are left out where they do not fit. */
    static byte[] entry(JournalEntry entry, int most) {
        byte[] whole = MAPPER.writeValueAsBytes(entry);
        return whole.length <= most
                ? whole
                : MAPPER.writeValueAsBytes(
                        new JournalEntry(entry.settle(), entry.usage().withoutTexts()));
    }

    static JournalEntry entry(byte[] bytes) {
        return MAPPER.readValue(bytes, JournalEntry.class);
    }

    static byte[] facts(ExchangeFacts facts, int most) {
        byte[] whole = MAPPER.writeValueAsBytes(facts);
        return whole.length <= most ? whole : MAPPER.writeValueAsBytes(facts.withoutTexts());
    }

    static ExchangeFacts facts(byte[] bytes) {
        return MAPPER.readValue(bytes, ExchangeFacts.class);
    }

    private static final class AsNano extends ValueSerializer<Usd> {
        @Override
        public void serialize(Usd amount, JsonGenerator json, SerializationContext context) throws JacksonException {
            json.writeNumber(amount.nano());
        }
    }

    private static final class FromNano extends ValueDeserializer<Usd> {
        @Override
        public Usd deserialize(JsonParser json, DeserializationContext context) throws JacksonException {
            return new Usd(json.getLongValue());
        }
    }
}
