package dev.heliograph.server.log;

import io.lettuce.core.RedisException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads some of a gateway's mailboxes and the broadcast streams beside them, one thread on one
 * connection of its own, and keeps them alive. All of them are on one server.
 *
 * <p>After the connection was lost it goes on from its cursors only if the same Redis server still
 * has the streams and nothing was dropped from them unread; otherwise it begins a new generation:
 * new mailboxes under a new name, and broadcasts from now on.
 */
final class MailboxReader implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(MailboxReader.class.getName());

    /** How often mailboxes are kept alive and emptied: six chances before one dies. */
    private static final long TEND_EVERY_MS = 5_000;

    /** XREAD's longest wait: short enough to tend in time. */
    private static final long BLOCK_MS = 1_000;

    /** Entries of a stream that one XREAD may return. */
    private static final int READ_COUNT = 512;

    /**
     * When reads come one after the other, the next one waits this long, so that it finds several
     * entries: waking a blocked reader costs Redis and this node far more than an entry does.
     */
    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Reads at most this far apart count as one after the other: a lone entry never waits. */
    private static final long BUSY_NANOS = 5 * LINGER_NANOS;

    private static final long MAX_RETRY_DELAY_MS = 2_000;

    /**
     * What must be equal before and after a lost connection: the process and the replication
     * history.
     */
    private static final Pattern IDENTITY = Pattern.compile("(?m)^(run_id|master_replid):(\\w+)");

    private final RedisClients clients;
    private final Topology topology;
    private final MailboxGroups layout;
    private final List<Integer> groups;
    private final String node;
    private final MailboxListener listener;
    private final MailboxMessages messages;
    private final SecureRandom random = new SecureRandom();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Semaphore changes = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean unfit;
    private volatile boolean connected;
    private volatile String mailbox;
    private volatile long oldestUnreadMs;

    /* Owned by the reader thread. */
    private List<FollowedGroup> followed = List.of();
    /* By key, the mailboxes first. */
    private final Map<String, StreamCursor> cursors = new LinkedHashMap<>();
    private String server = "";
    private long nextTendMs;
    private long lastReadNanos;

    /**
     * A reader of the mailboxes of these groups.
     *
     * @param probeSeen takes the token of each probe
     */
    MailboxReader(
            RedisClients clients,
            MailboxGroups layout,
            List<Integer> groups,
            String node,
            MailboxListener listener,
            Consumer<String> probeSeen) {
        this.clients = clients;
        this.topology = clients.topology();
        this.layout = layout;
        this.groups = List.copyOf(groups);
        this.node = node;
        this.listener = listener;
        this.messages = new MailboxMessages(listener, probeSeen);
        topology.onChange(changes::release);
        this.thread = Thread.ofPlatform().name("mailbox-reader").daemon().start(this::run);
    }

    /** Drops the connection and makes another. */
    void reconnect() {
        unfit = true;
    }

    /** Key of a group's mailbox; empty before the first generation. */
    String key(int group) {
        String name = mailbox;
        return name == null ? "" : layout.prefix(group) + name;
    }

    /** Whether it reads, as far as it knows. */
    boolean isConnected() {
        return connected;
    }

    /** Completes when the first generation stands. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** Age of the oldest entry in the newest read, in seconds; 0 when all is read. */
    double lagSeconds() {
        long oldest = oldestUnreadMs;
        return oldest == 0 ? 0 : Math.max(0, System.currentTimeMillis() - oldest) / 1000.0;
    }

    private void run() {
        int failures = 0;
        while (!closed) {
            changes.drainPermits();
            Endpoint server = topology.endpoint(layout.prefix(groups.getFirst()));
            try (StatefulRedisConnection<String, byte[]> connection = clients.connect(server)) {
                unfit = false;
                RedisCommands<String, byte[]> redis = connection.sync();
                takeUp(redis);
                ready.complete(null);
                connected = true;
                if (failures > 0) {
                    LOGGER.log(
                            System.Logger.Level.INFO,
                            "Mailboxes of groups {0} are read again",
                            groups);
                    failures = 0;
                }
                while (!closed && !unfit && connection.isOpen() && serves(server)) {
                    read(redis);
                    if (System.currentTimeMillis() >= nextTendMs) {
                        tend(redis);
                    }
                }
            } catch (RedisException | LogException e) {
                failures++;
                topology.refresh();
                retry(failures, e.getMessage(), null);
            } catch (RuntimeException e) {
                // Without this thread the gateway would be deaf and look well.
                failures++;
                retry(failures, "an unexpected failure", e);
            }
        }
    }

    /**
     * Whether it is still the one that has the mailboxes: a primary that was replaced may live on.
     */
    private boolean serves(Endpoint server) {
        return topology.endpoint(layout.prefix(groups.getFirst())).equals(server);
    }

    private void retry(int failures, String why, Throwable unexpected) {
        connected = false;
        if (!closed) {
            // A Cluster has many readers, and an outage many attempts.
            boolean tell = failures == 1 || unexpected != null;
            LOGGER.log(
                    tell ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                    "Mailboxes of groups " + groups + " cannot be read, trying again: " + why,
                    unexpected);
            pause(failures);
        }
    }

    /** Decides whether the mailboxes of before still hold everything, and makes new ones if not. */
    private void takeUp(RedisCommands<String, byte[]> redis) {
        StringBuilder identity = new StringBuilder();
        Matcher matcher = IDENTITY.matcher(redis.info());
        while (matcher.find()) {
            identity.append(matcher.group(2)).append(' ');
        }
        boolean same = server.contentEquals(identity);
        if (mailbox == null) {
            begin(redis, "start");
        } else if (!same) {
            begin(redis, "another Redis server");
        } else {
            tend(redis);
        }
        // Only now: what failed half-way is decided anew on the next connection.
        server = identity.toString();
    }

    private void begin(RedisCommands<String, byte[]> redis, String reason) {
        String name = node + '.' + HexFormat.of().toHexDigits(random.nextLong());
        List<FollowedGroup> fresh = new ArrayList<>(groups.size());
        for (int group : groups) {
            // Both exist, and are read from here on, before the first interest names the mailbox.
            fresh.add(
                    FollowedGroup.begin(
                            redis, layout.prefix(group) + name, layout.broadcasts(group), node));
        }
        if (mailbox != null) {
            redis.del(mailboxKeys());
        }
        mailbox = name;
        followed = fresh;
        cursors.clear();
        followed.forEach(group -> cursors.put(group.mailbox().key(), group.mailbox()));
        followed.forEach(group -> cursors.put(group.broadcasts().key(), group.broadcasts()));
        nextTendMs = System.currentTimeMillis() + TEND_EVERY_MS;
        LOGGER.log(
                System.Logger.Level.INFO,
                "Mailboxes {0} of groups {1} begin: {2}",
                name,
                groups,
                reason);
        listener.onNewGeneration(new MailboxGeneration(name, groups, layout.count(), reason));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private void read(RedisCommands<String, byte[]> redis) {
        XReadArgs.StreamOffset[] offsets =
                cursors.values().stream()
                        .map(
                                cursor ->
                                        XReadArgs.StreamOffset.from(
                                                cursor.key(), cursor.last().toString()))
                        .toArray(XReadArgs.StreamOffset[]::new);
        // Half the command timeout at most: a quiet mailbox must not look like a dead Redis.
        long blockMs = Math.min(BLOCK_MS, clients.commandTimeout().toMillis() / 2);
        List<StreamMessage<String, byte[]>> read =
                redis.xread(XReadArgs.Builder.block(blockMs).count(READ_COUNT), offsets);
        if (read == null || read.isEmpty()) {
            oldestUnreadMs = 0;
            return;
        }
        long oldestMs = Long.MAX_VALUE;
        boolean fromMailbox = false;
        boolean broadcast = false;
        for (StreamMessage<String, byte[]> message : read) {
            EntryId id = EntryId.parse(message.getId());
            cursor(message.getStream()).advance(id);
            oldestMs = Math.min(oldestMs, id.ms());
            boolean own = message.getStream().endsWith(mailbox);
            fromMailbox |= own;
            broadcast |= !own;
        }
        oldestUnreadMs = oldestMs;
        messages.takeAll(read, fromMailbox && broadcast);
        linger(read.size());
    }

    private void linger(int read) {
        long now = System.nanoTime();
        if (now - lastReadNanos < BUSY_NANOS && read < READ_COUNT) {
            LockSupport.parkNanos(this, LINGER_NANOS);
        }
        lastReadNanos = now;
    }

    private StreamCursor cursor(String key) {
        StreamCursor cursor = cursors.get(key);
        if (cursor == null) {
            throw new IllegalStateException(
                    "Redis answered for a stream that was not asked for: " + key);
        }
        return cursor;
    }

    private void tend(RedisCommands<String, byte[]> redis) {
        nextTendMs = System.currentTimeMillis() + TEND_EVERY_MS;
        for (FollowedGroup group : followed) {
            String lost = group.tend(redis);
            if (!lost.isEmpty()) {
                begin(redis, lost);
                return;
            }
        }
    }

    private String[] mailboxKeys() {
        return groups.stream().map(group -> layout.prefix(group) + mailbox).toArray(String[]::new);
    }

    /** Full jitter, cut short when another server has taken over. */
    private void pause(int failures) {
        long cap = Math.min(MAX_RETRY_DELAY_MS, 100L << Math.min(failures, 10));
        long delayMs = ThreadLocalRandom.current().nextLong(50, cap + 50);
        try {
            var _ = changes.tryAcquire(delayMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the reader and deletes the mailboxes: publishes drop the interest at once. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(BLOCK_MS * 3);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (mailbox == null) {
            return;
        }
        try (StatefulRedisConnection<String, byte[]> connection =
                clients.connect(topology.endpoint(layout.prefix(groups.getFirst())))) {
            connection.sync().del(mailboxKeys());
        } catch (RedisException | LogException e) {
            LOGGER.log(
                    System.Logger.Level.INFO, "Mailboxes are left to expire: {0}", e.getMessage());
        }
    }
}
