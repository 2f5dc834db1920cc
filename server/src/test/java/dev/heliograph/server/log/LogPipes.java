package dev.heliograph.server.log;

import dev.heliograph.server.testkit.TestRedis;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/** Connections for logs of a test's own. */
record LogPipes(RedisClients clients, RedisPipes pipes, MemoryGuard memory)
        implements AutoCloseable {

    static LogPipes open(RedisClients clients) {
        RedisPipes pipes = new RedisPipes("test", clients, Optional.empty());
        pipes.connect();
        return new LogPipes(clients, pipes, new MemoryGuard(pipes, clients.topology()));
    }

    RedisLog log(Clock clock) {
        return new RedisLog(
                Map.of(AckLevel.ACCEPTED, pipes),
                pipes,
                clients.topology().mailboxGroups(),
                memory,
                TestRedis.logConfig(),
                clock);
    }

    @Override
    public void close() {
        memory.close();
        pipes.close();
    }
}
