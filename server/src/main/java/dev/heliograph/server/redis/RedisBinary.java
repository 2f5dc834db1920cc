package dev.heliograph.server.redis;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Redis server program.
 *
 * @param path where it is
 * @param version what it says of itself, such as {@code Redis 7.0.15}
 * @param bundled whether it came with Heliograph: an unpatched build, for development only
 */
record RedisBinary(Path path, String version, boolean bundled) {

    private static final System.Logger LOGGER = System.getLogger(RedisBinary.class.getName());

    /** Redis inside the jar {@code org.signal:embedded-redis}, by platform. */
    private static final String BUNDLED_VERSION = "7.0.15";

    /** Asking a program for its version takes milliseconds; a hanging one must not hang us. */
    private static final long VERSION_TIMEOUT_S = 5;

    /** {@code Redis server v=7.0.15 sha=…}, {@code Valkey server v=8.0.1 sha=…}. */
    private static final Pattern VERSION =
            Pattern.compile("(\\w+) server v=((\\d+)\\.(\\d+)\\.\\d+)");

    /** The first of redis-server and valkey-server in the search path that is 6.2 or newer. */
    static Optional<RedisBinary> onPath(String searchPath) {
        return Stream.of("redis-server", "valkey-server")
                .flatMap(
                        name ->
                                Stream.of(searchPath.split(File.pathSeparator))
                                        .filter(dir -> !dir.isEmpty())
                                        .map(dir -> Path.of(dir, name)))
                .filter(Files::isExecutable)
                .flatMap(path -> usable(path).stream())
                .findFirst();
    }

    /**
     * The bundled program, copied into a directory.
     *
     * @throws IOException when there is none for this platform
     */
    static RedisBinary extractTo(Path directory) throws IOException {
        String name =
                "redis-server-%s-%s-%s"
                        .formatted(
                                BUNDLED_VERSION,
                                operatingSystem(System.getProperty("os.name")),
                                architecture(System.getProperty("os.arch")));
        try (InputStream in = RedisBinary.class.getResourceAsStream("/" + name)) {
            if (in == null) {
                throw new IOException(
                        "There is no redis-server or valkey-server (6.2 or newer) on the PATH and no bundled "
                                + name
                                + ". Install Redis, or name a running one by REDIS_URI.");
            }
            Path program = directory.resolve("redis-server");
            Files.copy(in, program, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
            return new RedisBinary(program, "Redis " + BUNDLED_VERSION, true);
        }
    }

    /** For logs: which, what version, where. */
    String description() {
        return version + (bundled ? " (bundled, " : " (") + path + ")";
    }

    private static Optional<RedisBinary> usable(Path path) {
        String said;
        try {
            Process process =
                    new ProcessBuilder(path.toString(), "--version")
                            .redirectErrorStream(true)
                            .start();
            process.getOutputStream().close();
            if (!process.waitFor(VERSION_TIMEOUT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "{0} cannot be run: {1}", path, e.getMessage());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        Matcher matcher = VERSION.matcher(said);
        if (!matcher.find()) {
            LOGGER.log(System.Logger.Level.WARNING, "{0} does not say which version it is", path);
            return Optional.empty();
        }
        int major = Integer.parseInt(matcher.group(3));
        int minor = Integer.parseInt(matcher.group(4));
        if (major < 6 || (major == 6 && minor < 2)) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "{0} is {1}, and Heliograph needs 6.2 or newer",
                    path,
                    matcher.group(2));
            return Optional.empty();
        }
        return Optional.of(new RedisBinary(path, matcher.group(1) + " " + matcher.group(2), false));
    }

    private static String operatingSystem(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith("mac") ? "darwin" : lower.split(" ", 2)[0];
    }

    private static String architecture(String name) {
        return switch (name) {
            case "x86_64", "amd64" -> "amd64";
            case "aarch64", "arm64" -> "arm64";
            case "x86", "i386" -> "386";
            default -> name;
        };
    }
}
