package dev.heliograph.server.log;

import dev.heliograph.server.config.ServerConfig.LogConfig;
import dev.heliograph.server.config.ServerConfig.RedisConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The log and everything that shares its Redis connections. One per process. */
public final class LogStore implements AutoCloseable {

    private final RedisClients clients;
    private final Map<AckLevel, RedisPipes> writes;
    private final RedisPipes control;
    private final MemoryGuard memory;
    private final RedisLog log;
    private final SessionDirectory sessions;
    private final StateComparison comparison;

    private LogStore(RedisClients clients, RedisConfig redis, LogConfig config) {
        this.clients = clients;
        // Shorter than the command timeout, so that the answer comes before the client gives up;
        // longer than a second, in which Redis syncs once by default.
        Duration limit = redis.commandTimeout().multipliedBy(3).dividedBy(4);
        this.writes =
                Map.of(
                        AckLevel.ACCEPTED,
                        new RedisPipes("writes", clients, Optional.empty()),
                        AckLevel.REPLICATED,
                        new RedisPipes(
                                "replicated",
                                clients,
                                Optional.of(Confirmation.replicated(redis.replicas(), limit))),
                        AckLevel.FSYNCED,
                        new RedisPipes(
                                "fsynced",
                                clients,
                                Optional.of(Confirmation.synced(redis.replicas(), limit))));
        this.control = new RedisPipes("control", clients, Optional.empty());
        this.memory = new MemoryGuard(control, clients.topology());
        MailboxGroups groups = clients.topology().mailboxGroups();
        this.log = new RedisLog(writes, control, groups, memory, config, Clock.systemUTC());
        this.sessions = new SessionDirectory(control, groups);
        this.comparison = new StateComparison(control);
    }

    /**
     * Connects to Redis.
     *
     * @throws LogException.Unavailable when it cannot be reached
     */
    public static LogStore connect(RedisConfig redis, LogConfig log) {
        LogStore store = new LogStore(new RedisClients(redis), redis, log);
        try {
            store.writes.get(AckLevel.ACCEPTED).connect();
            store.control.connect();
            return store;
        } catch (LogException e) {
            store.close();
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

    /**
     * How many connections each gateway holds.
     *
     * @param life after which a gateway that notes nothing more counts as gone
     */
    public GatewayCounts gatewayCounts(Duration life) {
        return new GatewayCounts(control, life);
    }

    /** Tickets that work on every gateway. */
    public Tickets tickets() {
        return new Tickets(control);
    }

    /** Starts reading mailboxes for a gateway of this name. */
    public Mailboxes mailboxes(String node, MailboxListener listener) {
        return mailboxes(node, listener, PathProbe.EVERY);
    }

    Mailboxes mailboxes(String node, MailboxListener listener, Duration probeEvery) {
        return new Mailboxes(
                clients, writes.get(AckLevel.ACCEPTED), control, node, listener, probeEvery);
    }

    @Override
    public void close() {
        log.close();
        memory.close();
        writes.values().forEach(RedisPipes::close);
        control.close();
        clients.close();
    }
}
