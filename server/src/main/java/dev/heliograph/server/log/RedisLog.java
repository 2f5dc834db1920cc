package dev.heliograph.server.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heliograph.server.config.ServerConfig.LogConfig;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** The log in Redis. */
final class RedisLog implements LogAppender, ChannelLog, AutoCloseable {

    /**
     * A channel's state outlives its log by this, so that a device that was away knows what it
     * missed.
     */
    private static final Duration STATE_BEYOND_LOG = Duration.ofDays(30);

    /**
     * Entries of a mailbox: at 10,000 entries/s a second's worth per group, some 8 MB at 1 KB each.
     */
    static final int MAILBOX_MAX_LENGTH = 10_000;

    /** Odd and without a pattern, so that all 64-bit numbers come before one comes again. */
    private static final long EPOCH_STEP = 0x9E3779B97F4A7C15L;

    private static final byte[] NONE = {};
    private static final byte[] MAILBOX_LENGTH = ascii(MAILBOX_MAX_LENGTH);

    private final Map<AckLevel, RedisPipes> writes;
    private final RedisPipes control;
    private final MailboxGroups groups;
    private final MemoryGuard memory;
    private final LogConfig config;
    private final Clock clock;
    private final Answered answered = new Answered(this);

    /* From a start that no other node has, in steps that meet no number twice. */
    private final AtomicLong epochs = new AtomicLong(new SecureRandom().nextLong());

    private final byte[] maxLength;
    private final byte[] logLife;
    private final byte[] stateLife;
    private final byte[] bucketLife;
    private final byte[] reportsAbsent;

    /**
     * A log on several connections, so that a storm of replays does not hold up publishes, nor one
     * publish that waits for replicas those that do not.
     *
     * @param writes carry publishes
     * @param control carries reads and interest
     */
    RedisLog(
            Map<AckLevel, RedisPipes> writes,
            RedisPipes control,
            MailboxGroups groups,
            MemoryGuard memory,
            LogConfig config,
            Clock clock) {
        this.writes = Map.copyOf(writes);
        this.control = control;
        this.groups = groups;
        this.memory = memory;
        this.config = config;
        this.clock = clock;
        this.writes.values().forEach(pipes -> pipes.onConnect(answered::serverMet));
        this.maxLength = ascii(config.maxLength());
        this.logLife = ascii(config.retention().toMillis());
        this.stateLife = ascii(config.retention().plus(STATE_BEYOND_LOG).toMillis());
        this.bucketLife = ascii(config.idempotencyWindow().multipliedBy(2).toMillis());
        this.reportsAbsent = ascii(groups == MailboxGroups.OF_A_CLUSTER ? "1" : "0");
    }

    @Override
    public CompletableFuture<Appended> append(Append append) {
        Channel channel = append.channel();
        if (memory.isFull(Keys.log(channel))) {
            return CompletableFuture.failedFuture(
                    new LogException.Full("Redis has little memory left"));
        }
        // A key written late in a bucket is found for at least one whole window, in that bucket or
        // as the one before.
        long bucket = clock.millis() / config.idempotencyWindow().toMillis();
        String requestHash = append.idempotency().map(Idempotency::requestHash).orElse("");
        byte[] field =
                append.idempotency()
                        .map(
                                i ->
                                        (i.key() + ' ' + channel.tenant() + '/' + channel.path())
                                                .getBytes(UTF_8))
                        .orElse(NONE);
        boolean again = append.level() != AckLevel.ACCEPTED;
        return writes.get(append.level())
                .run(
                        Script.PUBLISH,
                        List.of(
                                Keys.log(channel),
                                Keys.state(channel),
                                Keys.idempotency(channel, bucket),
                                Keys.idempotency(channel, bucket - 1)),
                        (channel.tenant() + '/' + channel.path()).getBytes(UTF_8),
                        ascii(Position.fingerprint(append.notificationId())),
                        append.envelope(),
                        newEpoch(),
                        maxLength,
                        logLife,
                        stateLife,
                        ascii(groups.keys(channel)),
                        MAILBOX_LENGTH,
                        field,
                        ascii(requestHash),
                        ascii(append.notificationId()),
                        bucketLife,
                        ascii(again ? "1" : "0"),
                        reportsAbsent)
                .thenApply(reply -> appended(reply, append, requestHash));
    }

    @Override
    public CompletableFuture<Integer> send(Channel channel, byte[] envelope) {
        if (memory.isFull(Keys.log(channel))) {
            return CompletableFuture.failedFuture(
                    new LogException.Full("Redis has little memory left"));
        }
        return writes.get(AckLevel.ACCEPTED)
                .run(
                        Script.SEND,
                        List.of(Keys.state(channel)),
                        (channel.tenant() + '/' + channel.path()).getBytes(UTF_8),
                        envelope,
                        ascii(groups.prefix(channel)),
                        MAILBOX_LENGTH,
                        reportsAbsent)
                .thenApply(
                        reply -> {
                            reap(channel, reply.subList(1, reply.size()));
                            return Math.toIntExact((Long) reply.getFirst());
                        });
    }

    private Appended appended(List<Object> reply, Append append, String requestHash) {
        if ((Long) reply.get(0) == 0) {
            reap(append.channel(), reply.subList(4, reply.size()));
            Position stored =
                    new Position(
                            text(reply.get(1)),
                            number(reply.get(2)),
                            EntryId.parse(text(reply.get(3))),
                            Position.fingerprint(append.notificationId()));
            answered.add(append.channel(), stored);
            return new Appended(
                    append.notificationId(), stored.seq(), stored.id().toString(), false);
        }
        String[] known = text(reply.get(1)).split(" ");
        if (!known[0].equals(requestHash)) {
            throw new LogException.IdempotencyConflict(
                    "The idempotency key was used with another notification");
        }
        Appended before = new Appended(known[1], Long.parseLong(known[2]), known[3], true);
        String epoch = text(reply.get(2));
        if (!epoch.isEmpty()) {
            // Maybe nobody was told of it yet: the first answer may have been lost.
            answered.add(
                    append.channel(),
                    new Position(
                            epoch,
                            before.seq(),
                            EntryId.parse(before.entryId()),
                            Position.fingerprint(before.notificationId())));
        }
        return before;
    }

    /**
     * Drops the interest of mailboxes, once asked where they really have to be: what a script did
     * not find may be on its way to another server.
     */
    private void reap(Channel channel, List<?> absent) {
        for (Object item : absent) {
            String mailbox = text(item);
            var _ =
                    control.run(
                            Script.REAP,
                            List.of(Keys.state(channel), groups.prefix(channel) + mailbox),
                            ascii(mailbox));
        }
    }

    @Override
    public CompletableFuture<Page> read(
            Channel channel, Optional<String> mailbox, From from, int limit) {
        List<byte[]> args = new ArrayList<>(12);
        args.add(ascii(mailbox.orElse("")));
        args.add(newEpoch());
        args.add(stateLife);
        args.add(ascii(keptSinceMs() + "-0"));
        args.add(ascii(limit));
        args.add(ascii(groups.prefix(channel)));
        args.add(reportsAbsent);
        switch (from) {
            case From.Head ignored -> args.add(ascii("H"));
            case From.Earliest ignored -> args.add(ascii("E"));
            case From.LastN lastN -> {
                args.add(ascii("N"));
                args.add(ascii(lastN.count()));
            }
            case From.After(Position position) -> {
                args.add(ascii("P"));
                args.add(ascii(position.epoch()));
                args.add(ascii(position.seq()));
                args.add(ascii(position.id()));
                args.add(ascii(position.fingerprint()));
            }
        }
        return control.run(
                        Script.READ,
                        List.of(Keys.log(channel), Keys.state(channel)),
                        args.toArray(byte[][]::new))
                .thenApply(
                        reply -> {
                            reap(channel, (List<?>) reply.get(9));
                            return page(channel, reply);
                        });
    }

    private static Page page(Channel channel, List<Object> reply) {
        String epoch = text(reply.get(1));
        Position base =
                new Position(
                        epoch,
                        number(reply.get(2)),
                        EntryId.parse(text(reply.get(3))),
                        text(reply.get(4)));
        Position head =
                new Position(
                        epoch,
                        number(reply.get(5)),
                        EntryId.parse(text(reply.get(6))),
                        text(reply.get(7)));
        List<?> raw = (List<?>) reply.get(8);
        List<LogEntry> entries = new ArrayList<>(raw.size());
        EntryId previous = base.id();
        for (Object item : raw) {
            List<?> entry = (List<?>) item;
            List<?> fields = (List<?>) entry.get(1);
            EntryId id = EntryId.parse(text(entry.get(0)));
            Position position = new Position(epoch, number(fields.get(1)), id, text(fields.get(5)));
            entries.add(new LogEntry(channel, position, previous, (byte[]) fields.get(7)));
            previous = id;
        }
        return new Page(Page.Outcome.valueOf(text(reply.get(0))), base, head, entries);
    }

    @Override
    public CompletableFuture<Boolean> settle(Channel channel, Position stored, Duration age) {
        return control.run(
                        Script.SETTLE,
                        List.of(Keys.log(channel), Keys.state(channel)),
                        (channel.tenant() + '/' + channel.path()).getBytes(UTF_8),
                        ascii(stored.epoch()),
                        ascii(stored.seq()),
                        ascii(stored.id()),
                        ascii(stored.fingerprint()),
                        ascii(age.toMillis()),
                        ascii(HexFormat.of().toHexDigits((int) epochs.getAndAdd(EPOCH_STEP))),
                        ascii(groups.prefix(channel)),
                        MAILBOX_LENGTH)
                .thenApply(reply -> (Long) reply.getFirst() == 1);
    }

    @Override
    public long keptSinceMs() {
        return Math.max(0, clock.millis() - config.retention().toMillis());
    }

    @Override
    public CompletableFuture<Void> dropInterest(Channel channel, String mailbox) {
        String state = Keys.state(channel);
        return control.call(state, c -> c.hdel(state, "@" + mailbox)).thenAccept(count -> {});
    }

    @Override
    public void close() {
        answered.close();
    }

    private byte[] newEpoch() {
        return ascii(HexFormat.of().toHexDigits(epochs.getAndAdd(EPOCH_STEP)));
    }

    static byte[] ascii(Object value) {
        return value.toString().getBytes(US_ASCII);
    }

    static String text(Object value) {
        return new String((byte[]) value, UTF_8);
    }

    private static long number(Object value) {
        return Long.parseLong(text(value));
    }
}
