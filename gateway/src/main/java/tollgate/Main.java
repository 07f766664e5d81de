package tollgate;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import tollgate.cli.AdminCommands;
import tollgate.cli.ApprovalCommand;
import tollgate.cli.CapCommand;
import tollgate.cli.DirectoryCommands;
import tollgate.cli.FreezeCommands;
import tollgate.cli.ReconcileCommand;
import tollgate.cli.StatementCommand;
import tollgate.cli.SuspenseCommand;
import tollgate.cli.UpstreamCommand;
import tollgate.config.InvalidConfig;

/** The command line. Exit codes: 0 done, 1 refused or failed, 2 wrong usage. */
@Command(
        name = "tollgate",
        description = "A metering gateway for AI APIs: every request is paid for before it runs.",
        mixinStandardHelpOptions = true,
        subcommands = {
            UpCommand.class,
            ServeCommand.class,
            SimulatorCommand.class,
            AdminCommands.Wallet.class,
            AdminCommands.Key.class,
            CapCommand.class,
            DirectoryCommands.Org.class,
            DirectoryCommands.Team.class,
            DirectoryCommands.Member.class,
            DirectoryCommands.Project.class,
            FreezeCommands.Model.class,
            FreezeCommands.Audit.class,
            ApprovalCommand.class,
            AdminCommands.Exchange.class,
            AdminCommands.Ledger.class,
            SuspenseCommand.class,
            UpstreamCommand.class,
            StatementCommand.class,
            AdminCommands.Verify.class,
            ReconcileCommand.class,
            PriceCommand.class,
            DoctorCommand.class,
            RestoreCommand.class,
            VersionCommand.class
        })
final class Main implements Runnable {
    private static final Logger QUIET = Logger.getLogger("io.helidon");

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    private Main() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is needed");
    }

    /** Starts. */
    public static void main(String[] args) {
        System.exit(execute(args));
    }

    static int execute(String... args) {
        return execute(
                new PrintWriter(System.out, true, System.out.charset()),
                new PrintWriter(System.err, true, System.err.charset()),
                args);
    }

    static int execute(PrintWriter out, PrintWriter err, String... args) {
        // the control plane's server logs through the JDK: its greetings are not ours
        QUIET.setLevel(Level.WARNING);
        return commandLine().setOut(out).setErr(err).execute(args);
    }

    /** The commands, and what becomes of their failures. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setParameterExceptionHandler((wrong, given) -> {
            CommandLine command = wrong.getCommandLine();
            command.getErr()
                    .println(
                            oneLine(wrong) + "; see " + command.getCommandSpec().qualifiedName() + " --help");
            return 2;
        });
        line.setExecutionExceptionHandler((failure, failed, parsed) -> {
            failed.getErr().println(oneLine(failure));
            if (failure instanceof RuntimeException
                    && !(failure instanceof InvalidConfig)
                    && failure.getCause() == null
                    && System.getenv("TOLLGATE_TRACE") != null) {
                failure.printStackTrace(failed.getErr());
            }
            return 1;
        });
        return line;
    }

    /** What went wrong, in one line whatever is quoted in it. */
    private static String oneLine(Exception failure) {
        String message = switch (failure) {
            // their messages are no more than the name of the file
            case NoSuchFileException file -> file.getFile() + ": no such file or folder";
            case AccessDeniedException file -> file.getFile() + ": access is denied";
            case FileAlreadyExistsException file -> file.getFile() + ": is there, and no folder";
            case UncheckedIOException wrapped
            when wrapped.getCause() != null -> wrapped.getCause().getMessage();
            default -> failure.getMessage();
        };
        if (message == null) {
            message = failure.toString();
        }
        return "tollgate: " + message.strip().replaceAll("[\\p{Cntrl}\u2028\u2029]+", " ");
    }
}
