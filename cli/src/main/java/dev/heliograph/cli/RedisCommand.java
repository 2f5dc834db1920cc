package dev.heliograph.cli;

import dev.heliograph.server.redis.LocalRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "redis",
        description = {
            "Runs only a local Redis in the foreground and prints its URI on standard output.",
            "It ends with this command, however that ends."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class RedisCommand implements Callable<Integer> {

    @Option(
            names = "--data-dir",
            paramLabel = "<dir>",
            description = "Where data survives a restart. Without it nothing is kept.")
    private Path dataDirectory;

    @Option(
            names = "--bundled",
            description = "Use the Redis that comes with Heliograph even if one is installed.")
    private boolean bundled;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Interrupts interrupts = Interrupts.install();
        Optional<Path> data = Optional.ofNullable(dataDirectory);
        try (LocalRedis redis = bundled ? LocalRedis.startBundled(data) : LocalRedis.start(data)) {
            spec.commandLine().getErr().println(redis.description());
            spec.commandLine().getOut().println(redis.uri());
            spec.commandLine().getOut().flush();
            interrupts.await();
            return Main.OK;
        } catch (IOException e) {
            throw new CommandException(e.getMessage(), e);
        }
    }
}
