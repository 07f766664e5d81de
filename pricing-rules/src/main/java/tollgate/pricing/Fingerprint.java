package tollgate.pricing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Names the figures of a card: another figure, another name; the same on every machine. */
final class Fingerprint {
    private final StringBuilder text = new StringBuilder();

    private Fingerprint() {}

    static String of(RateCard card) {
        Fingerprint of = new Fingerprint();
        of.text.append(card.model()).append(card.limits()).append(card.period()).append(card.offPeak());
        of.add(card.rates());
        card.longContext().forEach(level -> {
            of.text.append(level.abovePromptTokens());
            of.add(level.rates());
            new TreeMap<>(level.tiers()).forEach((name, rates) -> {
                of.text.append(name);
                of.add(rates);
            });
        });
        new TreeMap<>(card.tiers()).forEach((name, tier) -> {
            of.text.append(name).append(tier.multiply());
            of.add(tier.rates());
        });
        of.text.append(new TreeMap<>(card.regions()));
        card.variants().forEach(variant -> {
            of.text.append(variant.text());
            of.add(variant.rates());
        });
        card.graduated().forEach(of.text::append);
        of.text.append(card.discountPercent()).append(card.minimumUsd().stripTrailingZeros());
        of.add(card.minimumUnits());
        of.add(card.billedInSteps());
        return of.digest();
    }

    private void add(Map<UnitClass, ?> byClass) {
        text.append('\n');
        new TreeMap<>(byClass)
                .forEach((unit, value) ->
                        text.append(' ').append(unit.wireName()).append('=').append(value));
    }

    private String digest() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
