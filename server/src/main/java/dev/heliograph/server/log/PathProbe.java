package dev.heliograph.server.log;

import static dev.heliograph.server.log.RedisLog.ascii;

import io.lettuce.core.RedisException;
import io.lettuce.core.XAddArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Sends messages to a gateway's own mailboxes the way publishes do, and expects its readers to see
 * them. A path can be dead while every part of it looks well: a connection whose other end has
 * forgotten it, a reader that hangs on a server that is not the primary any more.
 *
 * <p>Only a path that is dead while a fresh connection works is this node's fault. When Redis
 * itself is away every node is as good as this one.
 */
final class PathProbe implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(PathProbe.class.getName());

    /** How often each mailbox is probed: four small messages a second on one Redis. */
    static final Duration EVERY = Duration.ofSeconds(2);

    /** A probe that was not seen for this many intervals is lost: 4 s. */
    private static final int LOST_AFTER = 2;

    /** So many lost in a row make a path dead: one may be a hiccup. */
    private static final int DEAD_AFTER = 2;

    /** The mailboxes at the other end of the path. */
    interface Path {

        /** How many groups there are: each is probed. */
        int groups();

        /** Key of the mailbox of a group; empty as long as there is none. */
        String key(int group);

        /** Whether the reader of a group's mailbox believes to be connected. */
        boolean isConnected(int group);

        /** Has the reader of a group's mailbox drop its connection and judge the mailbox anew. */
        void reconnect(int group);
    }

    private final RedisClients clients;
    private final RedisPipes writes;
    private final RedisPipes control;
    private final Path path;
    private final Duration every;
    private final Lane[] lanes;
    private final Thread thread;
    private volatile boolean works = true;

    /** Probes once it is started. */
    PathProbe(
            RedisClients clients,
            RedisPipes writes,
            RedisPipes control,
            Path path,
            Duration every) {
        this.clients = clients;
        this.writes = writes;
        this.control = control;
        this.path = path;
        this.every = every;
        this.lanes = new Lane[path.groups()];
        for (int group = 0; group < lanes.length; group++) {
            lanes[group] = new Lane(group);
        }
        this.thread = Thread.ofVirtual().name("path-probe").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** False while this node's own path is dead and Redis is not. */
    boolean works() {
        return works;
    }

    /** A reader has seen a probe. */
    void seen(String token) {
        int dot = token.indexOf('.');
        lanes[Integer.parseInt(token, 0, dot, 10)].seen =
                Long.parseLong(token, dot + 1, token.length(), 10);
    }

    private void run() {
        for (long number = 1; ; number++) {
            try {
                judge(number);
                for (Lane lane : lanes) {
                    send(lane, number);
                }
            } catch (RuntimeException e) {
                LOGGER.log(System.Logger.Level.ERROR, "A probe failed", e);
            }
            try {
                TimeUnit.NANOSECONDS.sleep(every.toNanos());
            } catch (InterruptedException e) {
                // Only close() interrupts.
                return;
            }
        }
    }

    private void send(Lane lane, long number) {
        String key = path.key(lane.group);
        if (!key.equals(lane.key)) {
            lane.begin(key, clients.topology().endpoint(key), number);
        }
        if (key.isEmpty()) {
            return;
        }
        XAddArgs args = XAddArgs.Builder.maxlen(RedisLog.MAILBOX_MAX_LENGTH).approximateTrimming();
        Map<String, byte[]> body = Map.of("q", ascii(lane.group + "." + number));
        var _ =
                writes.call(key, c -> c.xadd(key, args.nomkstream(), body))
                        .thenAccept(
                                id -> {
                                    lane.written = number;
                                    if (id == null && key.equals(path.key(lane.group))) {
                                        // Gone where publishes look for it, wherever it is read.
                                        path.reconnect(lane.group);
                                    }
                                });
        var _ = control.call(key, c -> c.exists(key)).thenAccept(count -> lane.answered = number);
    }

    private void judge(long number) {
        long lost = number - LOST_AFTER - DEAD_AFTER;
        Map<Endpoint, Boolean> reachable = new HashMap<>();
        List<Integer> broken = new ArrayList<>();
        boolean whole = true;
        for (Lane lane : lanes) {
            boolean passes = lane.passed() >= lane.first;
            whole &= passes;
            lane.excused &= !passes;
            if (lane.key.isEmpty() || lane.passed() > lost) {
                continue;
            }
            Endpoint server = clients.topology().endpoint(lane.key);
            if (!server.equals(lane.server)) {
                // Its readers and pipes are on their way there.
                lane.excused = true;
            } else if (!reachable.computeIfAbsent(server, this::isReachable)) {
                lane.excused = false;
            } else if (!lane.excused && isConnecting(lane)) {
                // Redis has just come back, or this node has just found out: it gets as long again.
                lane.excused = true;
            } else {
                broken.add(lane.group);
                mend(lane, lost);
            }
            lane.begin(lane.key, server, number);
        }
        if (!broken.isEmpty()) {
            works = false;
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "Mailboxes of groups {0} do not get what is sent to them, though Redis answers:"
                            + " connecting again",
                    broken);
        } else if (!works && (whole || reachable.containsValue(false))) {
            works = true;
            LOGGER.log(
                    System.Logger.Level.INFO,
                    whole ? "Mailboxes get what is sent to them" : "Redis cannot be reached");
        }
    }

    private boolean isConnecting(Lane lane) {
        return !path.isConnected(lane.group)
                || writes.isBroken(lane.key)
                || control.isBroken(lane.key);
    }

    /** Reconnects what may be at fault. */
    private void mend(Lane lane, long lost) {
        if (lane.written <= lost) {
            writes.reconnect(lane.key);
        }
        if (lane.answered <= lost) {
            control.reconnect(lane.key);
        }
        if (lane.seen <= lost) {
            path.reconnect(lane.group);
        }
    }

    private boolean isReachable(Endpoint server) {
        try (var fresh = clients.connect(server)) {
            return fresh.isOpen();
        } catch (LogException | RedisException e) {
            return false;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    /**
     * One mailbox: numbers of the newest probes that came through. What is not volatile is the
     * probing thread's.
     */
    private static final class Lane {
        private final int group;
        private String key = "";
        private long first;
        private boolean excused;
        private Endpoint server;
        private volatile long written;
        private volatile long answered;
        private volatile long seen;

        Lane(int group) {
            this.group = group;
        }

        /** What was before counts no more. */
        void begin(String newKey, Endpoint newServer, long number) {
            key = newKey;
            server = newServer;
            first = number;
            written = number - 1;
            answered = number - 1;
            seen = number - 1;
        }

        long passed() {
            return Math.min(Math.min(written, answered), seen);
        }
    }
}
