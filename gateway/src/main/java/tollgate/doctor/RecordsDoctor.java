package tollgate.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tollgate.records.Inspection;

/** Looks at the books: whether they can be read and written, and whether a commit is on disk once it is told. Stateless. */
public final class RecordsDoctor {
    private static final String AREA = "records";

    private RecordsDoctor() {}

    /** Looks at a SQLite file. */
    public static List<Finding> sqlite(Path file) {
        return Files.exists(file)
                ? look("jdbc:sqlite:" + file.toAbsolutePath(), "SQLite at " + file)
                : List.of(Finding.ok(AREA, file + " will be made at the first start"));
    }

    /** Looks at a database by its JDBC address. */
    public static List<Finding> jdbc(String url) {
        return look(url, "PostgreSQL");
    }

    private static List<Finding> look(String url, String name) {
        List<Finding> findings = new ArrayList<>();
        try {
            Inspection seen = Inspection.of(url);
            findings.add(Finding.ok(AREA, name + " " + seen.version() + ": " + seen.schema()));
            seen.dangers().forEach(danger -> findings.add(Finding.failed(AREA, danger)));
        } catch (RuntimeException away) {
            findings.add(Finding.failed(AREA, name + " cannot be used: " + RedisDoctor.innermost(away)));
        }
        return findings;
    }
}
