package tollgate.pricing.check;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tollgate.pricing.InvalidRateCard;
import tollgate.pricing.RateBook;
import tollgate.pricing.RateCardFile;
import tollgate.pricing.RateCards;

/**
 * Looks over rate card files together. Stateless.
 *
 * <p>A file that cannot be used has one finding, its reader's complaint; the others are looked over all the same.
 */
public final class PriceCheck {
    /** Figures older than this are looked at again. */
    public static final int STALE_DAYS = 180;

    private PriceCheck() {}

    /**
     * What somebody should look at, by file and line.
     *
     * @param files the texts by the names that findings call them, later ones winning as they do for prices
     * @param today the day against which figures are old
     * @param staleDays how many days figures may be old
     */
    public static List<Finding> of(Map<String, String> files, LocalDate today, int staleDays) {
        List<Finding> findings = new ArrayList<>();
        List<WrittenCard> cards = new ArrayList<>();
        List<RateCards> read = new ArrayList<>();
        new LinkedHashMap<>(files).forEach((file, text) -> {
            try {
                cards.addAll(WrittenFile.read(file, text));
                read.add(RateCardFile.read(file, text));
            } catch (InvalidRateCard invalid) {
                findings.add(invalid(file, String.valueOf(invalid.getMessage())));
            }
        });
        if (read.size() == files.size()) {
            findings.addAll(together(files.keySet(), read));
        }
        for (WrittenCard card : cards) {
            findings.addAll(Slips.of(card));
            findings.addAll(Gaps.ofRates(card));
        }
        findings.addAll(overlaps(cards));
        findings.addAll(Gaps.ofPeriods(
                new ArrayList<>(cards), today.atStartOfDay(ZoneOffset.UTC).toInstant()));
        findings.addAll(Siblings.of(cards));
        findings.addAll(stale(cards, today, staleDays));
        List<String> order = List.copyOf(files.keySet());
        findings.sort(Comparator.comparingInt((Finding finding) -> order.indexOf(finding.file()))
                .thenComparingInt(Finding::line)
                .thenComparing(Finding::kind));
        return findings;
    }

    /** A markup may be about a model of any file, and of those that come with Tollgate. */
    private static List<Finding> together(Set<String> files, List<RateCards> read) {
        try {
            RateBook.builtIn().withAll(read);
            return List.of();
        } catch (InvalidRateCard invalid) {
            String complaint = String.valueOf(invalid.getMessage());
            String file = files.stream()
                    .filter(each -> complaint.startsWith(each + ":"))
                    .findFirst()
                    .orElse("");
            return List.of(invalid(file, complaint));
        }
    }

    /** The reader's complaints begin with file and line. */
    private static Finding invalid(String file, String complaint) {
        String rest = complaint.startsWith(file + ":") ? complaint.substring(file.length() + 1) : complaint;
        int colon = rest.indexOf(':');
        boolean numbered = colon > 0 && rest.substring(0, colon).chars().allMatch(Character::isDigit);
        return new Finding(
                Finding.Kind.INVALID,
                file,
                numbered ? Integer.parseInt(rest.substring(0, colon)) : 0,
                "",
                (numbered ? rest.substring(colon + 1) : rest).strip());
    }

    /** Names that cards of different files claim for one time: the later file silently wins. */
    private static List<Finding> overlaps(List<WrittenCard> cards) {
        List<Finding> findings = new ArrayList<>();
        Map<String, List<WrittenCard>> owners = new HashMap<>();
        for (WrittenCard card : cards) {
            for (String name : card.lookedUp()) {
                List<WrittenCard> before = owners.computeIfAbsent(name, _ -> new ArrayList<>());
                before.stream()
                        .filter(card::overlaps)
                        .findFirst()
                        .ifPresent(other -> findings.add(card.finding(
                                Finding.Kind.OVERLAP,
                                card.line(),
                                "'" + name + "' is a name of " + other.model() + " in " + other.file() + ":"
                                        + other.line() + ", too, which this card replaces")));
                before.add(card);
            }
        }
        return findings;
    }

    private static List<Finding> stale(List<WrittenCard> cards, LocalDate today, int staleDays) {
        List<Finding> findings = new ArrayList<>();
        Set<String> said = new HashSet<>();
        for (WrittenCard card : cards) {
            if (!said.add(card.file() + ":" + card.seen().line())) {
                continue;
            }
            String day = card.seen().day();
            try {
                LocalDate seen = LocalDate.parse(day);
                if (seen.isAfter(today)) {
                    findings.add(stale(card, "seen " + day + ", which is still to come"));
                } else if (seen.plusDays(staleDays).isBefore(today)) {
                    findings.add(stale(card, "seen " + day + ", more than " + staleDays + " days ago"));
                }
            } catch (DateTimeParseException noDay) {
                findings.add(stale(card, "seen " + day + ", which is no day"));
            }
        }
        return findings;
    }

    private static Finding stale(WrittenCard card, String message) {
        return new Finding(
                Finding.Kind.STALE, card.file(), card.seen().line(), "", message + " (look at the source again)");
    }
}
