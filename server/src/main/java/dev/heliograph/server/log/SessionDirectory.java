package dev.heliograph.server.log;

import static dev.heliograph.server.log.RedisLog.ascii;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Which session each device has, across all gateways: at most one (C-11). */
public final class SessionDirectory {

    /** Devices remembered per user; the one connected longest ago makes room. */
    static final int MAX_DEVICES = 50;

    private static final Duration DEVICE_LIFE = Duration.ofDays(30);
    private static final byte[] LIFE = ascii(DEVICE_LIFE.toMillis());
    private static final byte[] MAX = ascii(MAX_DEVICES);
    private static final byte[] MAILBOX_LENGTH = ascii(RedisLog.MAILBOX_MAX_LENGTH);

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
                        entry.device().getBytes(StandardCharsets.UTF_8),
                        ascii(mailbox),
                        ascii(entry.connectionId()),
                        ascii(entry.connectedAtMs()),
                        MAX,
                        LIFE,
                        ascii(groups.prefix(entry.inbox())),
                        MAILBOX_LENGTH,
                        ascii(again ? "1" : "0"))
                .thenApply(reply -> (Long) reply.getFirst() == 1);
    }

    /** Forgets a session that has ended, unless a newer one took over. */
    public CompletableFuture<Void> detach(Entry entry) {
        return control.run(
                        Script.DETACH,
                        List.of(Keys.devices(entry.inbox())),
                        entry.device().getBytes(StandardCharsets.UTF_8),
                        ascii(entry.connectionId()))
                .thenAccept(reply -> {});
    }
}
