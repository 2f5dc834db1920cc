package dev.heliograph.loadtest.scenario;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code loadtest}: measures an installation. Its subcommands are the scenarios. */
@Command(
        name = "loadtest",
        mixinStandardHelpOptions = true,
        description = "Measures an installation, and others beside it.",
        subcommands = {
            Idle.class,
            Unicast.class,
            Broadcast.class,
            Mixed.class,
            Storm.class,
            Slow.class,
            Attack.class,
            Drain.class,
            Churn.class,
            Soak.class,
            Scale.class,
            Ingest.class,
            Latency.class,
            Compare.class
        })
public final class LoadtestCommand implements Runnable {

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Which scenario? Known: " + spec.subcommands().keySet());
    }

    /** Runs a scenario by itself, without the launcher. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new LoadtestCommand()).execute(args));
    }
}
