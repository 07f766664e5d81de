package example.cohere;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.answer.UsageReport;
import tollgate.dialect.usage.InvalidUsage;
import tollgate.dialect.usage.Reported;
import tollgate.dialect.usage.UsageReading;
import tollgate.pricing.UnitClass;

/** What the end of an answer says: of its two counts the billed one, the other one has the model's own preamble in it. */
final class CohereUsage implements UsageReport.Reader {
    @Override
    public @Nullable UsageReport read(byte[] bytes, int length, int rank) {
        try {
            Reported reported = UsageReading.read(new String(bytes, 0, length, StandardCharsets.UTF_8), unit -> false);
            return new UsageReport(
                    reported.total(),
                    0,
                    false,
                    reported.total().units(UnitClass.OUTPUT) == 0,
                    !reported.doubts().isEmpty(),
                    null,
                    null);
        } catch (InvalidUsage | ArithmeticException nonsense) {
            return null;
        }
    }
}
