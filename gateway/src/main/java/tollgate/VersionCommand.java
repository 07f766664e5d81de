package tollgate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** What is running. */
@Command(name = "version", description = "Says what is running.", mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {
    @Option(names = "--json", description = "as one JSON object")
    private boolean json;

    @Override
    public Integer call() {
        Map<String, String> version = new LinkedHashMap<>();
        String ours = Main.class.getPackage().getImplementationVersion();
        version.put("version", ours == null ? "development" : ours);
        version.put("java", Runtime.version().toString());
        version.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        System.out.println(
                json
                        ? JsonMapper.builder().build().writeValueAsString(version)
                        : "tollgate " + version.get("version") + " on Java " + version.get("java"));
        return 0;
    }
}
