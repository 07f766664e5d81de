package tollgate;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tollgate.http.Transport;
import tollgate.simulator.Sandbox;
import tollgate.simulator.Script;

/** The sandbox provider alone. */
@Command(name = "simulator", description = "Runs the sandbox provider alone.", mixinStandardHelpOptions = true)
final class SimulatorCommand implements Callable<Integer> {
    @Option(names = "--port", defaultValue = "8090", description = "where it listens on loopback; 0 picks a free port")
    private int port;

    @Option(names = "--threads", defaultValue = "1", description = "event loops")
    private int threads;

    @Option(
            names = "--script",
            paramLabel = "FILE",
            description = {
                "what to do with each chat request in turn, a line of directives each,",
                "such as: 2 * status=429, retry-after=1; a line - answers as asked"
            })
    private @Nullable Path script;

    @Option(names = "--json", description = "say what was started as one JSON object")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Script scripted = script == null ? Script.NONE : Script.read(script);
        Transport transport = Transport.best();
        EventLoopGroup loops = transport.loops(threads, "sandbox");
        try (Sandbox sandbox = Sandbox.start(port, scripted, transport, loops)) {
            String url = "http://127.0.0.1:" + sandbox.port() + "/v1";
            System.out.println(json ? "{\"base_url\":\"" + url + "\"}" : "sandbox provider at " + url);
            CountDownLatch stopped = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(stopped::countDown));
            stopped.await();
        }
        return 0;
    }
}
