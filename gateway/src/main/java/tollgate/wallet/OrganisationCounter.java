package tollgate.wallet;

/** Counters in the caps' machinery that are no caps': an organisation's own, which nobody defines or removes. Stateless. */
public final class OrganisationCounter {
    private OrganisationCounter() {}

    /** Whether a counter, named alone or with its subject, is a bundle's or a month's charges. */
    public static boolean is(String counter) {
        return BundleName.of(counter).isPresent() || VolumeName.is(counter);
    }
}
