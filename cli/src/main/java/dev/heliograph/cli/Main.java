package dev.heliograph.cli;

import dev.heliograph.loadtest.chaos.ChaosCommand;
import dev.heliograph.loadtest.scenario.LoadtestCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line of Heliograph. {@code ./heliograph} builds and starts it. */
@Command(
        name = "heliograph",
        description =
                "Notifications to people's devices in real time, and none is ever lost silently.",
        versionProvider = Main.Version.class,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {
            UpCommand.class,
            TokenCommand.class,
            NotifyCommand.class,
            LoadtestCommand.class,
            ChaosCommand.class,
            RedisCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main {

    /** Done. */
    static final int OK = 0;

    /** It was tried and did not work. */
    static final int FAILED = 1;

    /** The command line is wrong. */
    static final int USAGE = 2;

    private Main() {}

    /** Exits with 0, 1 when it did not work, 2 when the command line is wrong. */
    public static void main(String[] args) {
        readLogging();
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(
                        (failure, commandLine, _) -> {
                            if (failure instanceof CommandException) {
                                commandLine
                                        .getErr()
                                        .println(
                                                commandLine
                                                        .getColorScheme()
                                                        .errorText(
                                                                "heliograph: "
                                                                        + failure.getMessage()));
                            } else {
                                failure.printStackTrace(commandLine.getErr());
                            }
                            return FAILED;
                        });
    }

    /**
     * Warnings only, unless java.util.logging is told otherwise: a terminal shows what commands
     * print.
     */
    private static void readLogging() {
        if (System.getProperty("java.util.logging.config.file") != null) {
            return;
        }
        try (InputStream in =
                Main.class.getResourceAsStream("/heliograph-cli-logging.properties")) {
            LogManager.getLogManager().readConfiguration(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"heliograph " + version()};
        }
    }

    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
