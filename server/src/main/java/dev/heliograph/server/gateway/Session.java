package dev.heliograph.server.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.Hello;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.DeviceMemory;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.log.SessionDirectory;
import dev.heliograph.server.observe.GatewayMetrics;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;

/** One device's connection: speaks the device protocol over whatever transport it came by. */
final class Session implements SessionHandler, HeartbeatWheel.Member {

    private static final Pattern DEVICE_ID = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

    /**
     * What is queued above the soft limit, answers to refused frames and what overtakes, ends at
     * this many soft limits, 1 MiB unless configured: the device does not read.
     */
    private static final long HARD_LIMIT = 4;

    /**
     * Acks reach the session directory with the first heartbeat, or its check, after this: a busy
     * device costs Redis a call every 40 s at most, and a gateway that is killed takes as much with
     * it.
     */
    private static final long KEEP_EVERY_MS = 30_000;

    /** What metrics call the frames of devices. */
    private static final Map<ClientFrame.BodyCase, String> KINDS = kinds();

    private final Gateway gateway;
    private final SessionTerms terms;
    private final Subscriptions subscriptions;
    private final Channel inbox;
    private final String connectionId;
    private final long openedAtMs;

    /* Written by the reader thread, read by timers and flushers. */
    private volatile SessionTransport transport;
    private volatile SessionDirectory.Entry entry;
    private volatile boolean observer;
    /* From Hello, for the Subscribes that follow it; null once it may be old, or after the first heartbeat to save memory. */
    private volatile DeviceMemory atHello;
    private volatile long lastHeardMs;
    /* Owned by the timer. */
    private long keptAtMs;

    Session(Gateway gateway, Principal principal, String connectionId) {
        this.gateway = gateway;
        this.inbox = Channel.user(principal.tenant(), principal.subject());
        this.connectionId = connectionId;
        this.openedAtMs = System.currentTimeMillis();
        this.lastHeardMs = gateway.clockMs();
        this.keptAtMs = lastHeardMs - KEEP_EVERY_MS;
        this.terms = new SessionTerms(this, gateway, principal);
        this.subscriptions = new Subscriptions(this, gateway);
    }

    private static Map<ClientFrame.BodyCase, String> kinds() {
        Map<ClientFrame.BodyCase, String> kinds = new EnumMap<>(ClientFrame.BodyCase.class);
        for (ClientFrame.BodyCase kind : ClientFrame.BodyCase.values()) {
            kinds.put(kind, kind.name().toLowerCase(Locale.ROOT));
        }
        kinds.put(ClientFrame.BodyCase.BODY_NOT_SET, "unknown");
        return kinds;
    }

    String connectionId() {
        return connectionId;
    }

    /** What the session directory knows of it; empty before Welcome. */
    Optional<SessionDirectory.Entry> entry() {
        return Optional.ofNullable(entry);
    }

    /** What it needs to stay. */
    SessionTerms terms() {
        return terms;
    }

    /** What it subscribes to. */
    Subscriptions subscriptions() {
        return subscriptions;
    }

    HubRegistry registry() {
        return gateway.registry();
    }

    GatewayMetrics metrics() {
        return gateway.metrics();
    }

    @Override
    public void onOpen(SessionTransport opened) {
        transport = opened;
        gateway.opened(this);
    }

    @Override
    public boolean onMessage(byte[] payload) {
        lastHeardMs = gateway.clockMs();
        try {
            ClientFrame frame = FrameDecoder.decode(transport.encoding(), payload);
            handle(frame);
            return switch (frame.getBodyCase()) {
                case HELLO, SUBSCRIBE, UNSUBSCRIBE, REFRESH_TOKEN -> true;
                case ACK, HEARTBEAT, BODY_NOT_SET -> false;
            };
        } catch (InvalidProtocolBufferException e) {
            violation(
                    CloseCode.CLOSE_CODE_PROTOCOL_VIOLATION,
                    "The message is not a ClientFrame: " + e.getMessage());
            return false;
        }
    }

    private void handle(ClientFrame frame) {
        ClientFrame.BodyCase kind = frame.getBodyCase();
        metrics().frameIn(KINDS.get(kind));
        if (entry == null && kind != ClientFrame.BodyCase.HELLO) {
            violation(
                    CloseCode.CLOSE_CODE_PROTOCOL_VIOLATION,
                    "The first frame has to be hello, not " + kind);
            return;
        }
        switch (kind) {
            case HELLO -> hello(frame.getHello());
            case SUBSCRIBE -> subscriptions.subscribe(frame.getSubscribe());
            case UNSUBSCRIBE -> subscriptions.unsubscribe(frame.getUnsubscribe().getChannel());
            case ACK -> subscriptions.ack(frame.getAck());
            case REFRESH_TOKEN -> terms.refresh(frame.getRefreshToken().getToken());
            case HEARTBEAT -> {}
            case BODY_NOT_SET ->
                    error(
                            ErrorCode.ERROR_CODE_UNKNOWN_FRAME,
                            "The frame holds no body that this gateway knows",
                            "",
                            0,
                            0);
        }
    }

    private void hello(Hello hello) {
        if (entry != null) {
            violation(CloseCode.CLOSE_CODE_PROTOCOL_VIOLATION, "A second hello on one connection");
            return;
        }
        String bound = terms.principal().device().orElse("");
        String device = hello.getDeviceId().isEmpty() ? bound : hello.getDeviceId();
        if (!DEVICE_ID.matcher(device).matches()) {
            violation(
                    CloseCode.CLOSE_CODE_INVALID_HELLO,
                    device.isEmpty()
                            ? "hello.device_id is missing, and the token binds none"
                            : "hello.device_id has to be 1 to 64 of A-Z a-z 0-9 . _ : -");
            return;
        }
        if (!bound.isEmpty() && !bound.equals(device)) {
            violation(
                    CloseCode.CLOSE_CODE_INVALID_HELLO,
                    "hello.device_id is '" + device + "', and the token binds another device");
            return;
        }
        SessionDirectory.Entry own =
                new SessionDirectory.Entry(inbox, device, connectionId, openedAtMs);
        String mailbox = registry().mailbox(inbox);
        try {
            atHello = gateway.records().attach(own, mailbox).orElse(null);
        } catch (CompletionException | LogException e) {
            close(CloseCode.CLOSE_CODE_UNAVAILABLE);
            return;
        }
        observer = hello.getObserver();
        entry = own;
        lastHeardMs = gateway.clockMs();
        gateway.welcomed(this, transport.peer(), mailbox);
        send(Frames.welcome(own, gateway.node(), gateway.config()));
    }

    /**
     * What the session directory knows of the device and a channel. Blocks.
     *
     * @throws LogException when it cannot be asked
     */
    DeviceMemory.Known known(Channel channel) {
        DeviceMemory memory = atHello;
        return (memory == null ? gateway.records().memory(entry) : memory).of(channel);
    }

    /** What the directory knew at Hello may be old from now on. */
    void forgetHello() {
        atHello = null;
    }

    private void keepAcked() {
        long now = gateway.clockMs();
        if (now - keptAtMs < KEEP_EVERY_MS) {
            return;
        }
        List<SessionDirectory.Cursor> acked = subscriptions.cursors(Subscription::takeAcked);
        if (!acked.isEmpty()) {
            keptAtMs = now;
            gateway.records().keep(this, acked);
        }
    }

    /** Whether no more copies of live entries should be queued. */
    boolean outboxFull() {
        return transport.queuedBytes() > gateway.config().outboxSoftLimitBytes();
    }

    /** What may be queued at all, but for a page of the log. */
    long hardLimitBytes() {
        return HARD_LIMIT * gateway.config().outboxSoftLimitBytes();
    }

    /** Whether the outbox has passed the hard limit. */
    boolean overflows() {
        return transport.queuedBytes() > hardLimitBytes();
    }

    /** Whether its device only observes, and such ones wait for their turn at the moment (D-10). */
    boolean isServedInPages() {
        return observer && registry().observers().delayed();
    }

    /** Whether its device leaves with what it is told, rather than waiting for what comes. */
    boolean asksOnce() {
        return transport.asksOnce();
    }

    /** Queues a frame. */
    void send(Frame frame) {
        if (!transport.send(frame)) {
            return;
        }
        metrics().frameOut(frame.type());
        ServerFrame message = frame.message();
        if (message.hasDeliver()) {
            Timestamp created = message.getDeliver().getNotification().getCreateTime();
            metrics().sent(System.currentTimeMillis() - Timestamps.toMillis(created));
        }
    }

    /** Sends a Heartbeat, or ends a session whose time is over. On the timer. */
    @Override
    public void beat() {
        if (terms.hold() && entry != null) {
            send(Frames.HEARTBEAT);
            atHello = null;
            keepAcked();
        }
    }

    /** Ends a session that was silent since its last Heartbeat. On the timer. */
    @Override
    public void check(long beatAtMs) {
        if (entry != null && transport.hears() && lastHeardMs < beatAtMs) {
            close(CloseCode.CLOSE_CODE_HEARTBEAT_TIMEOUT);
        } else if (entry != null) {
            keepAcked();
        }
    }

    /** Ends a session that has not said Hello. On the timer. */
    void checkHello() {
        if (entry == null) {
            close(CloseCode.CLOSE_CODE_HELLO_TIMEOUT);
        }
    }

    /** Queues a close with the code's own reason. */
    void close(CloseCode code) {
        transport.close(code.getNumber(), CodeLabels.of(code));
    }

    @Override
    public void onDrained() {
        subscriptions.onDrained();
    }

    @Override
    public void onEnd(int code, String reason) {
        gateway.ended(this, subscriptions.end(), inbox.name(), transport, code, reason);
    }

    private void violation(CloseCode code, String message) {
        error(ErrorCode.ERROR_CODE_PROTOCOL_VIOLATION, message, "", 0, 0);
        close(code);
    }

    /** Answers a frame that is refused (E-1). */
    void error(ErrorCode code, String message, String channel, int subId, int retryAfterMs) {
        if (overflows()) {
            close(CloseCode.CLOSE_CODE_SLOW_CONSUMER);
            return;
        }
        send(Frames.error(code, message, channel, subId, retryAfterMs));
    }
}
