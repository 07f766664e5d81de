package tollgate;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** Commands about prices; none needs a running gateway. */
@Command(
        name = "price",
        description = "Shows, reckons, predicts and checks prices.",
        mixinStandardHelpOptions = true,
        subcommands = {
            PriceShowCommand.class,
            PriceChargeCommand.class,
            PriceEstimateCommand.class,
            PriceCheckCommand.class,
            PriceDiffCommand.class,
            PriceImportCommand.class
        })
final class PriceCommand implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    PriceCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "price: a command is needed");
    }
}
