package tollgate.pricing.catalogue;

/**
 * A piece of a catalogue that is in no card, or is there otherwise than the catalogue wrote it, and why.
 *
 * @param key the catalogue's key of the model
 * @param line of the catalogue's file, from 1
 * @param field the field, empty where the whole entry is meant
 * @param value as written, empty where the whole entry is meant
 * @param reason what a card has instead, or why it has nothing
 * @param imported false: the model of the key has no card at all
 */
public record NotExpressed(String key, int line, String field, String value, String reason, boolean imported) {}
