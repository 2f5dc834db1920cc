package dev.heliograph.cli;

import dev.heliograph.server.HeliographServer;
import dev.heliograph.server.config.ServerConfig;
import dev.heliograph.server.redis.LocalRedis;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "up",
        description = {
            "Runs everything on this machine in the foreground: Redis, server and console. Ctrl-C stops it.",
            "Listens on 127.0.0.1 only, and whoever uses this machine can mint tokens: for development."
        },
        footer = {
            "",
            "Exit codes: 0 stopped by Ctrl-C or SIGTERM, 1 could not start, 2 wrong options, 130 interrupted twice."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class UpCommand implements Callable<Integer> {

    private static final int MAX_PORT = 65_535;

    private static final String ADDRESS = "127.0.0.1";

    /** Tokens that are printed outlive a working day. */
    private static final Duration PRINTED_TOKEN_TTL = Duration.ofHours(12);

    /**
     * Devices of a developer's machine need no spreading over time, and no load balancer has to
     * notice.
     */
    private static final String DRAIN_TIME = "1s";

    @Option(
            names = "--port",
            defaultValue = "8080",
            paramLabel = "<port>",
            description = "Devices and console. 0 picks a free one. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--grpc-port",
            defaultValue = "9090",
            paramLabel = "<port>",
            description = "The Notify API. 0 picks a free one. Default: ${DEFAULT-VALUE}.")
    private int grpcPort;

    @Option(
            names = "--admin-port",
            defaultValue = "9091",
            paramLabel = "<port>",
            description = "Health and metrics. 0 picks a free one. Default: ${DEFAULT-VALUE}.")
    private int adminPort;

    @Option(
            names = "--redis-uri",
            defaultValue = "${env:REDIS_URI}",
            paramLabel = "<uri>",
            description =
                    "A running Redis, as redis://[:password@]host:port[/db]; also read from REDIS_URI. Default: a local one is"
                            + " started (redis-server or valkey-server on the PATH, else the bundled one).")
    private URI redisUri;

    @Option(
            names = "--data-dir",
            paramLabel = "<dir>",
            description =
                    "Where notifications and the signing key survive a restart. Default: a temporary directory that is removed"
                            + " at the end.")
    private Path dataDirectory;

    @Option(names = "--no-console", description = "Serve no console.")
    private boolean noConsole;

    @Option(names = "--no-open", description = "Do not open the console in a browser.")
    private boolean noOpen;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Interrupts interrupts = Interrupts.install();
        PrintWriter out = spec.commandLine().getOut();
        if (redisUri != null && redisUri.toString().isEmpty()) {
            // A variable that is set to nothing is not set.
            redisUri = null;
        }
        requireUsable();
        StateDirectory state = StateDirectory.ofUser();
        Path key = StateDirectory.keyIn(dataDirectory == null ? state.path() : madeDataDirectory());
        try (LocalRedis redis = redisUri == null ? startRedis() : null) {
            HeliographServer server = startServer(redis == null ? redisUri : redis.uri(), key);
            try {
                state.announce(server.httpPort(), server.grpcPort(), server.adminPort(), key);
                String redisLine =
                        redis == null
                                ? redisUri.getHost() + ":" + redisUri.getPort()
                                : redis.description();
                new UpBanner(
                                redisLine,
                                server,
                                StateDirectory.issuer(key),
                                PRINTED_TOKEN_TTL,
                                !noConsole)
                        .print(out);
                if (!noConsole && !noOpen) {
                    Browser.open("http://localhost:" + server.httpPort() + "/");
                }
                interrupts.await();
                out.println("Stopping; Ctrl-C again ends it at once.");
                out.flush();
            } finally {
                state.retract();
                server.stop();
            }
        }
        out.println("Stopped.");
        return Main.OK;
    }

    private void requireUsable() {
        Map<String, Integer> ports =
                Map.of("--port", port, "--grpc-port", grpcPort, "--admin-port", adminPort);
        ports.forEach(
                (option, number) -> {
                    if (number < 0 || number > MAX_PORT) {
                        throw new ParameterException(
                                spec.commandLine(),
                                option + " has to be a port from 0 to 65535, not " + number);
                    }
                });
        if (redisUri != null
                && (redisUri.getHost() == null
                        || !List.of("redis", "rediss").contains(redisUri.getScheme()))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--redis-uri has to be redis://[:password@]host:port[/db] or rediss://…");
        }
        Ports.requireFree(ADDRESS, ports);
    }

    private LocalRedis startRedis() {
        try {
            return LocalRedis.start(Optional.ofNullable(dataDirectory));
        } catch (IOException e) {
            throw new CommandException(e.getMessage(), e);
        }
    }

    private HeliographServer startServer(URI redis, Path key) {
        Map<String, String> settings = new HashMap<>();
        settings.put("heliograph.bind-address", ADDRESS);
        settings.put("heliograph.http-port", Integer.toString(port));
        settings.put("heliograph.grpc-port", Integer.toString(grpcPort));
        settings.put("heliograph.admin-port", Integer.toString(adminPort));
        settings.put("heliograph.redis.uri", redis.toString());
        settings.put("heliograph.gateway.drain-delay", "0s");
        settings.put("heliograph.gateway.drain-time", DRAIN_TIME);
        settings.put("heliograph.auth.jwks", key.toString());
        if (!noConsole) {
            settings.put("heliograph.console.path", consoleDirectory().toString());
            settings.put("heliograph.console.dev-key-file", key.toString());
        }
        // No system properties and no environment: what up does is what its options say.
        Config config =
                Config.builder()
                        .disableSystemPropertiesSource()
                        .disableEnvironmentVariablesSource()
                        .sources(
                                List.of(
                                        ConfigSources.create(settings).build(),
                                        ConfigSources.classpath("application.yaml").build()))
                        .build();
        try {
            return HeliographServer.create(ServerConfig.create(config)).start();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new CommandException(e.getMessage(), e);
        }
    }

    private Path madeDataDirectory() {
        try {
            return Files.createDirectories(dataDirectory);
        } catch (IOException e) {
            throw new CommandException(
                    "Cannot use --data-dir " + dataDirectory + ": " + e.getMessage(), e);
        }
    }

    private Path consoleDirectory() {
        String root = System.getProperty("heliograph.root");
        Path directory = root == null ? null : Path.of(root, "ts-client", "dist", "console");
        if (directory == null || !Files.exists(directory.resolve("index.html"))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "The console is not built. Start by ./heliograph, which builds it, or give --no-console.");
        }
        return directory;
    }
}
