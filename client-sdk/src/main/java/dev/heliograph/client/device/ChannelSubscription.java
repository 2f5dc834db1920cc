package dev.heliograph.client.device;

import dev.heliograph.client.device.DeliveryWindow.Broken;
import dev.heliograph.client.device.DeliveryWindow.Entry;
import dev.heliograph.client.device.DeliveryWindow.Notified;
import dev.heliograph.client.device.DeliveryWindow.Passed;
import dev.heliograph.client.device.Diagnostic.Kind;
import dev.heliograph.client.internal.Backoff;
import dev.heliograph.proto.device.v1.Ack;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Error;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.Skip;
import dev.heliograph.proto.device.v1.SkipCount;
import dev.heliograph.proto.device.v1.Start;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.proto.device.v1.Subscribed;
import dev.heliograph.proto.device.v1.Unsubscribe;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * One channel over all connections: asks for it, checks what comes, and hands it to the {@link
 * HandlerPump}. Owned by the loop. Two positions: what was received and waits in memory counts when
 * the channel is taken up again by this object; what was handled is saved and acknowledged.
 */
final class ChannelSubscription implements Subscription {

    /** A gateway that answers heartbeats but not a Subscribe for this long has lost it. */
    static final long ANSWER_TIMEOUT_MS = 10_000;

    /** Longest time that a handled notification stays unsaved: the store is this device's own. */
    static final long SAVE_DELAY_MS = 100;

    /** Most handled notifications that stay unsaved. */
    static final int MAX_UNSAVED = 32;

    /**
     * Longest time that a handled notification stays unacknowledged: a device without a store
     * that is killed gets these again, marked, and one with a store does not.
     */
    static final long ACK_DELAY_MS = 2_000;

    /** Most handled notifications that stay unacknowledged. */
    static final int MAX_UNACKED = 256;

    /** Where the channel stands with the current connection. */
    private enum Status {
        /** No connection, or waiting to ask again. */
        DETACHED,
        /** Subscribe was sent; frames belong to the one before. */
        ASKING,
        /** Frames are taken. */
        LIVE,
        /** Left until the handler has caught up. */
        BEHIND,
        /** Over. */
        ENDED
    }

    private final String requested;
    private final SubscribeOptions options;
    private final DeviceOptions client;
    private final Notices notices;
    private final ChannelRegistry registry;
    private final HandlerPump pump;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private final Cursor cursor = new Cursor();
    private final Coalescer saves;
    private final Coalescer acks;
    /* Empty until the first Welcome resolves "inbox". */
    private String channel = "";
    private RecentIds ids = new RecentIds();
    private Status status = Status.DETACHED;
    private DeviceConnection connection;
    private int subId;
    private Start start;
    /* Empty unless the gateway has just refused it. */
    private String refused = "";
    private int fruitlessAsks;
    private String received = "";
    private volatile String handled = "";
    private String saved = "";
    private String acked = "";
    private Loop.Timer askTimer = Loop.Timer.NONE;

    ChannelSubscription(
            String requested,
            SubscribeOptions options,
            AsyncNotificationHandler handler,
            DeviceOptions client,
            Notices notices,
            ChannelRegistry registry) {
        this.requested = requested;
        this.options = options;
        this.client = client;
        this.notices = notices;
        this.registry = registry;
        this.start = options.start();
        this.pump = new HandlerPump(this, options, handler, client, notices);
        this.saves = new Coalescer(client.loop(), MAX_UNSAVED, () -> SAVE_DELAY_MS, this::save);
        this.acks = new Coalescer(client.loop(), MAX_UNACKED, this::ackDelayMs, this::ack);
    }

    @Override
    public String channel() {
        return requested;
    }

    @Override
    public CompletableFuture<Void> ready() {
        return ready.copy();
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended.copy();
    }

    @Override
    public Optional<String> position() {
        return handled.isEmpty() ? Optional.empty() : Optional.of(handled);
    }

    @Override
    public void close() {
        client.loop().post(() -> end(Optional.empty()));
    }

    /** The channel's name on the wire; empty before it is known. */
    String wireName() {
        return channel;
    }

    /** A connection was welcomed: take the channel up on it. */
    void attach(DeviceConnection fresh, String wireName, RecentIds recent) {
        connection = fresh;
        if (channel.isEmpty()) {
            channel = wireName;
            ids = recent;
            try {
                handled = client.store().load(channel).orElse("");
            } catch (IOException | RuntimeException e) {
                fail(SubscriptionException.Reason.STORE_FAILED, "The position cannot be read", e);
                return;
            }
            received = handled;
            saved = handled;
        }
        acked = "";
        fruitlessAsks = 0;
        if (status != Status.BEHIND) {
            ask();
        }
    }

    /** The connection has gone. */
    void detach() {
        connection = null;
        askTimer.cancel();
        if (status != Status.BEHIND) {
            status = Status.DETACHED;
        }
    }

    void subscribed(Subscribed answer) {
        boolean expects = status == Status.ASKING || status == Status.LIVE;
        if (answer.getSubId() != subId || !expects) {
            return;
        }
        askTimer.cancel();
        Optional<ChannelReset> reset = resetIn(answer);
        cursor.startAt(answer.getNextSeq());
        if (!answer.getPosition().isEmpty()) {
            received = answer.getPosition();
        }
        boolean sameNumbers =
                switch (answer.getOutcome()) {
                    case OUTCOME_OK, OUTCOME_TRIMMED -> true;
                    // Where the position still stands, the gateway goes on with its marks (D-7).
                    case OUTCOME_FORK -> answer.getRedeliveredThrough() > 0;
                    default -> false;
                };
        if (sameNumbers) {
            ids.earlierRun(answer.getRedeliveredThrough());
        } else {
            ids.forgetEarlierRun();
        }
        status = Status.LIVE;
        refused = "";
        pump.add(
                reset.<Entry>map(broken -> new Broken(broken, received))
                        .orElseGet(() -> new Passed(received)));
        ready.complete(null);
        flush();
    }

    private Optional<ChannelReset> resetIn(Subscribed answer) {
        return refused.isEmpty()
                ? Resets.in(answer, channel, cursor.expected(), received)
                : Optional.of(Resets.ofRefused(answer, channel, cursor.expected(), refused));
    }

    void deliver(Deliver frame) {
        if (frame.getNotification().getEphemeral()) {
            if (status == Status.LIVE) {
                // In no log: it has no seq, moves no position, and cannot come again (D-9).
                taken(new Notified(Delivery.of(channel, 0, frame.getNotification(), false), ""));
            }
            return;
        }
        if (covers(frame.getSeq(), frame.getSeq(), frame.getPosition())) {
            boolean again = frame.getRedelivered() && ids.mayBeOfEarlierRun(frame.getSeq());
            Delivery delivery =
                    Delivery.of(channel, frame.getSeq(), frame.getNotification(), again);
            if (delivery.id().isEmpty() || ids.add(delivery.id())) {
                taken(new Notified(delivery, received));
            } else {
                notices.diagnostic(
                        Kind.DUPLICATE, channel, "Notification " + delivery.id() + " came again");
                taken(new Passed(received));
            }
        }
    }

    void skip(Skip frame) {
        long entries = frame.getThroughSeq() - frame.getFromSeq() + 1;
        long counted = frame.getCountsList().stream().mapToLong(SkipCount::getCount).sum();
        if (status == Status.LIVE && counted != entries) {
            // The range or the counts are wrong (D-5): what it hides must not be guessed.
            hole(cursor.expected(), frame.getFromSeq(), frame.getThroughSeq());
        } else if (covers(frame.getFromSeq(), frame.getThroughSeq(), frame.getPosition())) {
            taken(new Passed(received));
        }
    }

    /** Whether a frame is the next one (D-2). */
    private boolean covers(long from, long through, String position) {
        if (status != Status.LIVE) {
            return false;
        }
        OptionalLong expected = cursor.expected();
        return switch (cursor.offer(from, through)) {
            case TAKE -> {
                // Without one of its own the frame leaves the position where it is.
                if (!position.isEmpty()) {
                    received = position;
                }
                fruitlessAsks = 0;
                yield true;
            }
            case IGNORE -> false;
            case HOLE -> {
                hole(expected, from, through);
                yield false;
            }
        };
    }

    /** The frame does not fit: resume, and with growing waits while that does not help. */
    private void hole(OptionalLong expected, long from, long through) {
        notices.diagnostic(
                Kind.HOLE,
                channel,
                "Expected seq %d, got %d to %d".formatted(expected.orElse(0), from, through));
        if (fruitlessAsks++ == 0) {
            ask();
        } else {
            askAfter(Backoff.DEVICE.delayMs(fruitlessAsks, client.random()));
        }
    }

    private void taken(Entry entry) {
        pump.add(entry);
        if (status == Status.LIVE && pump.isFull()) {
            status = Status.BEHIND;
            notices.diagnostic(
                    Kind.BEHIND, channel, "The handler is behind; leaving the channel meanwhile");
            unsubscribe();
        }
    }

    private void unsubscribe() {
        connection.send(
                ClientFrame.newBuilder()
                        .setUnsubscribe(Unsubscribe.newBuilder().setChannel(channel))
                        .build());
    }

    /** The gateway refused a frame of this channel. */
    void error(Error error) {
        if (error.getCode() == ErrorCode.ERROR_CODE_NOT_SUBSCRIBED && status == Status.LIVE) {
            askAfter(Backoff.DEVICE.delayMs(fruitlessAsks++, client.random()));
        } else if (error.getSubId() != subId
                || (status != Status.ASKING && error.getCode() != ErrorCode.ERROR_CODE_FORBIDDEN)) {
            // While it stands, only a token that no longer allows it ends it (T-7).
            return;
        } else if (error.getCode() == ErrorCode.ERROR_CODE_INVALID_POSITION
                && !received.isEmpty()) {
            refused = received;
            received = "";
            handled = "";
            start = Start.START_EARLIEST;
            ask();
        } else if (CloseCodes.info(error.getCode()).getRetryable()) {
            askAfter(
                    Integer.toUnsignedLong(error.getRetryAfterMs())
                            + Backoff.DEVICE.delayMs(fruitlessAsks++, client.random()));
        } else {
            // The gateway has none: there is nothing to leave.
            status = Status.DETACHED;
            fail(
                    SubscriptionException.Reason.REFUSED,
                    "[" + CloseCodes.info(error.getCode()).getLabel() + "] " + error.getMessage(),
                    null);
        }
    }

    private void ask() {
        if (connection == null || status == Status.ENDED) {
            return;
        }
        status = Status.ASKING;
        subId = connection.nextSubId();
        Subscribe.Builder subscribe = Subscribe.newBuilder().setChannel(channel).setSubId(subId);
        if (received.isEmpty()) {
            subscribe.setStart(start).setLastN(start == Start.START_LAST_N ? options.lastN() : 0);
        } else {
            subscribe.setPosition(received);
        }
        connection.send(ClientFrame.newBuilder().setSubscribe(subscribe).build());
        askTimer.cancel();
        askTimer = client.loop().after(ANSWER_TIMEOUT_MS, this::ask);
    }

    private void askAfter(long delayMs) {
        status = Status.DETACHED;
        askTimer.cancel();
        askTimer = client.loop().after(delayMs, this::ask);
    }

    /** The oldest entry in the window is done (D-3); one without a position moves none. */
    void handled(String position) {
        if (!position.isEmpty()) {
            handled = position;
            saves.note();
            acks.note();
        }
        if (status == Status.BEHIND && pump.hasRoom()) {
            status = Status.DETACHED;
            ask();
        }
    }

    /** Random, so that the devices of a topic do not all answer in the same moment. */
    private long ackDelayMs() {
        return ACK_DELAY_MS / 2 + (long) (client.random().getAsDouble() * ACK_DELAY_MS / 2);
    }

    /** Saves and acknowledges what was handled. */
    private void flush() {
        saves.now();
        acks.now();
    }

    private void save() {
        if (!handled.isEmpty() && !handled.equals(saved)) {
            try {
                client.store().save(channel, handled);
                saved = handled;
            } catch (IOException | RuntimeException e) {
                notices.diagnostic(Kind.STORE, channel, "The position was not saved", e);
            }
        }
    }

    private void ack() {
        if (status == Status.LIVE && !handled.isEmpty() && !handled.equals(acked)) {
            acked = handled;
            connection.send(
                    ClientFrame.newBuilder()
                            .setAck(Ack.newBuilder().setChannel(channel).setPosition(handled))
                            .build());
        }
    }

    void fail(SubscriptionException.Reason reason, String message, Throwable cause) {
        end(Optional.of(new SubscriptionException(requested, reason, message, cause)));
    }

    /** Ends it: by itself with a failure, else by the app or with the client. */
    void end(Optional<SubscriptionException> failure) {
        if (status == Status.ENDED) {
            return;
        }
        flush();
        if (connection != null && (status == Status.LIVE || status == Status.ASKING)) {
            unsubscribe();
        }
        status = Status.ENDED;
        askTimer.cancel();
        saves.cancel();
        acks.cancel();
        pump.abandon().forEach(ids::remove);
        registry.remove(this);
        RuntimeException why =
                failure.<RuntimeException>map(f -> f)
                        .orElseGet(() -> new IllegalStateException("The subscription was closed"));
        ready.completeExceptionally(why);
        if (failure.isPresent()) {
            ended.completeExceptionally(failure.get());
            notices.tell(listener -> listener.onSubscriptionFailed(this, failure.get()));
        } else {
            ended.complete(null);
        }
    }
}
