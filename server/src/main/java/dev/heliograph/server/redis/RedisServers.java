package dev.heliograph.server.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** What the servers of one topology share: program, keeper, directory, password. */
record RedisServers(
        RedisBinary binary,
        ProcessKeeper keeper,
        Path directory,
        String password,
        TopologyOptions options)
        implements AutoCloseable {

    private static final int PASSWORD_BYTES = 24;

    static RedisServers open(TopologyOptions options) throws IOException {
        // Readable by its owner only, as temporary directories are.
        Path directory = Files.createTempDirectory("heliograph-redis-");
        String searchPath = System.getenv("PATH");
        var installed = RedisBinary.onPath(searchPath == null ? "" : searchPath);
        ProcessKeeper keeper = new ProcessKeeper(directory);
        try {
            RedisBinary binary =
                    installed.isPresent() ? installed.get() : RedisBinary.extractTo(directory);
            byte[] random = new byte[PASSWORD_BYTES];
            new SecureRandom().nextBytes(random);
            return new RedisServers(
                    binary, keeper, directory, HexFormat.of().formatHex(random), options);
        } catch (IOException e) {
            keeper.close();
            throw e;
        }
    }

    /** Prepares a server that keeps the log; it is not started yet. */
    RedisServer dataServer(String name) throws IOException {
        RedisServer server = server(name, LocalPorts.next());
        // Secrets stand in this file, not on the command line, where every user could read them.
        server.configure(
                """
                requirepass %s
                masterauth %s
                replica-announce-ip 127.0.0.1
                replica-announce-port %d
                # A replica that has to copy everything does so at once.
                repl-diskless-sync-delay 0
                save ""
                stream-node-max-bytes 1024
                # Never drop what was stored: a full Redis refuses writes.
                maxmemory 1gb
                maxmemory-policy noeviction"""
                        .formatted(password, password, server.announcedPort()));
        for (String line : options.settings()) {
            server.configure(line);
        }
        return server;
    }

    /** Prepares a server whose role its configuration tells. */
    RedisServer server(String name, int port) throws IOException {
        Path home = Files.createDirectory(directory.resolve(name));
        Files.createFile(
                home.resolve("redis.conf"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.createFile(home.resolve("redis.log"));
        int announced = options.front().announce(name, port);
        RedisServer server = new RedisServer(this, name, port, announced, home);
        server.configure("bind 127.0.0.1\nport %d\ndir \"%s\"".formatted(port, home));
        return server;
    }

    /** {@code 127.0.0.1:<port>,…} as they announce themselves. */
    static String addresses(List<RedisServer> servers) {
        return servers.stream()
                .map(server -> "127.0.0.1:" + server.announcedPort())
                .collect(Collectors.joining(","));
    }

    @Override
    public void close() {
        keeper.close();
    }
}
