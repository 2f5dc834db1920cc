package dev.heliograph.server.log;

import dev.heliograph.server.config.ServerConfig.LogConfig;
import dev.heliograph.server.config.ServerConfig.RedisConfig;
import java.time.Clock;

/** The log and everything that shares its Redis connections. One per process. */
public final class LogStore implements AutoCloseable {

    private final RedisClients clients;
    private final RedisPipe writes;
    private final RedisPipe control;
    private final RedisLog log;
    private final SessionDirectory sessions;
    private final StateComparison comparison;

    private LogStore(RedisClients clients, RedisPipe writes, RedisPipe control, LogConfig config) {
        this.clients = clients;
        this.writes = writes;
        this.control = control;
        this.log = new RedisLog(writes, control, config, Clock.systemUTC());
        this.sessions = new SessionDirectory(control);
        this.comparison = new StateComparison(control);
    }

    /**
     * Connects to Redis.
     *
     * @throws LogException.Unavailable when it cannot be reached
     */
    public static LogStore connect(RedisConfig redis, LogConfig log) {
        RedisClients clients = new RedisClients(redis);
        try {
            return new LogStore(
                    clients,
                    new RedisPipe("writes", clients.connect()),
                    new RedisPipe("control", clients.connect()),
                    log);
        } catch (LogException e) {
            clients.close();
            throw e;
        }
    }

    /** The writing side. */
    public LogAppender appender() {
        return log;
    }

    /** The reading side. */
    public ChannelLog reader() {
        return log;
    }

    /** Whether gateways believe what the log says. */
    public StateComparison comparison() {
        return comparison;
    }

    /** Which session each device has, and how far it is. */
    public SessionDirectory sessions() {
        return sessions;
    }

    /** Starts reading mailboxes for a gateway of this name. */
    public MailboxReader mailboxes(String node, MailboxListener listener) {
        return new MailboxReader(clients, node, listener);
    }

    @Override
    public void close() {
        writes.close();
        control.close();
        clients.close();
    }
}
