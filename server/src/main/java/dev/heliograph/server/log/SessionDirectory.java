package dev.heliograph.server.log;

import static dev.heliograph.server.log.RedisLog.ascii;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What the installation remembers of each device: its session, at most one on all gateways (C-11),
 * and how far it has handled its channels (A-3).
 */
public final class SessionDirectory {

    /**
     * Devices remembered per user. One more makes the one go that has been away longest, or, when
     * all are connected, the one connected longest.
     */
    static final int MAX_DEVICES = 50;

    /**
     * Cursors kept per device: as many channels as a session may have by default. One more makes
     * the one go whose notification is the oldest.
     */
    static final int MAX_CURSORS = 100;

    /** A device that is away for longer begins anew. */
    private static final Duration DEVICE_LIFE = Duration.ofDays(30);

    private static final byte[] LIFE = ascii(DEVICE_LIFE.toMillis());
    private static final byte[] MAX = ascii(MAX_DEVICES);
    private static final byte[] CURSORS = ascii(MAX_CURSORS);
    private static final byte[] MAILBOX_LENGTH = ascii(RedisLog.MAILBOX_MAX_LENGTH);

    /** Stands for the user's own inbox, of which nearly every device keeps a cursor. */
    private static final String INBOX = "@";

    private static final byte[] YES = ascii("1");
    private static final byte[] NO = ascii("0");

    private final RedisPipes control;
    private final MailboxGroups groups;

    SessionDirectory(RedisPipes control, MailboxGroups groups) {
        this.control = control;
        this.groups = groups;
    }

    /**
     * One session of one device.
     *
     * @param inbox the user's own channel
     * @param device the device id
     * @param connectionId names the session
     * @param connectedAtMs when it began, by its gateway's clock
     */
    public record Entry(Channel inbox, String device, String connectionId, long connectedAtMs) {}

    /**
     * How far a device has handled a channel of its tenant.
     *
     * @param mayGoBack whether it takes the place of one that is further on, since the log has lost
     *     its tail
     */
    public record Cursor(Channel channel, Position position, boolean mayGoBack) {}

    /**
     * Makes a session the device's only one. The one before is evicted through its gateway's
     * mailbox.
     *
     * @param mailbox through which this gateway can be reached
     * @param again true for a session that was attached before, under another mailbox: it gives way
     *     to a newer one
     * @return false if a newer session has taken over; never false unless {@code again}
     */
    public CompletableFuture<Boolean> attach(Entry entry, String mailbox, boolean again) {
        return control.run(
                        Script.ATTACH,
                        List.of(Keys.devices(entry.inbox())),
                        entry.device().getBytes(UTF_8),
                        ascii(mailbox),
                        ascii(entry.connectionId()),
                        ascii(entry.connectedAtMs()),
                        MAX,
                        LIFE,
                        ascii(groups.prefix(entry.inbox())),
                        MAILBOX_LENGTH,
                        again ? YES : NO)
                .thenApply(reply -> (Long) reply.getFirst() == 1);
    }

    /**
     * Keeps cursors of a session's device. They only move forward, except after a reset.
     *
     * @return false if a newer session has taken over: then nothing was kept
     */
    public CompletableFuture<Boolean> keep(Entry entry, List<Cursor> cursors) {
        return keep(entry, cursors, NO);
    }

    /** Like {@link #keep}, of a session that has ended. */
    public CompletableFuture<Boolean> detach(Entry entry, List<Cursor> cursors) {
        return keep(entry, cursors, YES);
    }

    private CompletableFuture<Boolean> keep(Entry entry, List<Cursor> cursors, byte[] ended) {
        List<byte[]> args = new ArrayList<>(5 + 3 * cursors.size());
        args.add(entry.device().getBytes(UTF_8));
        args.add(ascii(entry.connectionId()));
        args.add(ended);
        args.add(LIFE);
        args.add(CURSORS);
        for (Cursor cursor : cursors) {
            args.add(name(entry, cursor.channel()).getBytes(UTF_8));
            args.add(ascii(cursor.position().token()));
            args.add(cursor.mayGoBack() ? YES : NO);
        }
        return control.run(
                        Script.KEEP,
                        List.of(Keys.devices(entry.inbox())),
                        args.toArray(byte[][]::new))
                .thenApply(reply -> (Long) reply.getFirst() == 1);
    }

    /** How far the device of a session has handled a channel, if it is known. */
    public CompletableFuture<Optional<Position>> cursor(Entry entry, Channel channel) {
        String key = Keys.devices(entry.inbox());
        return control.call(key, c -> c.hget(key, entry.device()))
                .thenApply(
                        kept ->
                                kept == null
                                        ? Optional.empty()
                                        : cursor(new String(kept, UTF_8), name(entry, channel)));
    }

    private static Optional<Position> cursor(String kept, String name) {
        return kept.lines()
                .skip(1)
                .filter(line -> line.startsWith(name + ' '))
                .findFirst()
                .flatMap(line -> Position.parse(line.substring(name.length() + 1)));
    }

    private static String name(Entry entry, Channel channel) {
        return channel.equals(entry.inbox()) ? INBOX : channel.path();
    }
}
