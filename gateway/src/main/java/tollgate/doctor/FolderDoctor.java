package tollgate.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks at the data directory: whether it can be written, and how much room is left. Stateless. */
public final class FolderDoctor {
    private static final String AREA = "data";
    private static final long MIB = 1024 * 1024;

    /** The journal of busy loops takes some hundred mebibytes; without room for it no request is admitted. */
    private static final long ROOM = 1024 * MIB;

    private static final long NO_ROOM = 64 * MIB;

    private FolderDoctor() {}

    /** Looks. */
    public static List<Finding> look(Path folder) {
        Path there = folder.toAbsolutePath();
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        List<Finding> findings = new ArrayList<>();
        if (!Files.isDirectory(there) || !Files.isWritable(there)) {
            findings.add(Finding.failed(AREA, "data_dir: '" + folder + "' (expected: a folder that can be written)"));
            return findings;
        }
        try {
            long left = Files.getFileStore(there).getUsableSpace();
            String room = folder + ": " + left / MIB + " MiB left";
            findings.add(
                    left < NO_ROOM
                            ? Finding.failed(AREA, room + " (expected: 1024: the journal needs them)")
                            : left < ROOM ? Finding.warning(AREA, room + " (expected: 1024)") : Finding.ok(AREA, room));
        } catch (IOException unknown) {
            findings.add(Finding.warning(AREA, folder + ": how much room is left cannot be asked (" + unknown + ")"));
        }
        return findings;
    }
}
