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
 * how far it has handled its channels, and how far beyond that it was sent them (D-7).
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

    private static final byte[] YES = ascii("1");
    private static final byte[] NO = ascii("0");
    private static final byte[] NO_POSITION = ascii("-");
    private static final byte[] NOTHING_SENT = new byte[0];

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
     * How far a device has got with a channel of its tenant.
     *
     * @param position how far it has handled the channel; empty to leave what is kept
     * @param mayGoBack whether the position takes the place of one that is further on, since the
     *     log has lost its tail
     * @param sent the newest place that the device was ever sent; empty for nothing
     */
    public record Cursor(
            Channel channel,
            Optional<Position> position,
            boolean mayGoBack,
            Optional<DeviceMemory.Sent> sent) {}

    /**
     * Makes a session the device's only one. The one before is evicted through its gateway's
     * mailbox.
     *
     * @param mailbox through which this gateway can be reached
     * @param again true for a session that was attached before, under another mailbox: it gives way
     *     to a newer one
     * @return what is remembered of the device; empty if a newer session has taken over, which is
     *     never so unless {@code again}
     */
    public CompletableFuture<Optional<DeviceMemory>> attach(
            Entry entry, String mailbox, boolean again) {
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
                .thenApply(reply -> memory(entry, (byte[]) reply.getFirst()))
                .thenApply(memory -> Optional.of(memory).filter(it -> !it.text().isEmpty()));
    }

    /**
     * Keeps cursors of a session's device. Positions only move forward, except after a reset.
     *
     * @return false if a newer session has taken over: then nothing was kept
     */
    public CompletableFuture<Boolean> keep(Entry entry, List<Cursor> cursors) {
        return keep(entry, cursors, NO);
    }

    /** Like {@link #keep}, of a session that has ended, for each channel that it had. */
    public CompletableFuture<Boolean> detach(Entry entry, List<Cursor> cursors) {
        return keep(entry, cursors, YES);
    }

    private CompletableFuture<Boolean> keep(Entry entry, List<Cursor> cursors, byte[] ended) {
        List<byte[]> args = new ArrayList<>(5 + 4 * cursors.size());
        args.add(entry.device().getBytes(UTF_8));
        args.add(ascii(entry.connectionId()));
        args.add(ended);
        args.add(LIFE);
        args.add(CURSORS);
        for (Cursor cursor : cursors) {
            args.add(DeviceMemory.name(entry.inbox(), cursor.channel()).getBytes(UTF_8));
            args.add(cursor.position().map(it -> ascii(it.token())).orElse(NO_POSITION));
            args.add(cursor.mayGoBack() ? YES : NO);
            args.add(cursor.sent().map(it -> ascii(it.token())).orElse(NOTHING_SENT));
        }
        return control.run(
                        Script.KEEP,
                        List.of(Keys.devices(entry.inbox())),
                        args.toArray(byte[][]::new))
                .thenApply(reply -> (Long) reply.getFirst() == 1);
    }

    /** What is remembered of a session's device now. */
    public CompletableFuture<DeviceMemory> memory(Entry entry) {
        String key = Keys.devices(entry.inbox());
        return control.call(key, c -> c.hget(key, entry.device()))
                .thenApply(kept -> memory(entry, kept));
    }

    private static DeviceMemory memory(Entry entry, byte[] kept) {
        return new DeviceMemory(entry.inbox(), kept == null ? "" : new String(kept, UTF_8));
    }
}
