package dev.heliograph.client.device;

import dev.heliograph.client.auth.TokenProvider.Reason;
import dev.heliograph.client.auth.UnauthorizedException;
import dev.heliograph.client.device.ConnectionState.Closed;
import dev.heliograph.client.device.ConnectionState.Connected;
import dev.heliograph.client.device.ConnectionState.Connecting;
import dev.heliograph.client.device.ConnectionState.Idle;
import dev.heliograph.client.device.ConnectionState.Waiting;
import dev.heliograph.client.device.DeviceConnection.End;
import dev.heliograph.client.device.Diagnostic.Kind;
import dev.heliograph.client.internal.Backoff;
import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.ConnectVerdict;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.GoAway;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Welcome;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;

/**
 * A client's state: one {@link #transition}, at most one connection in use and one being opened.
 * Owned by the loop. Answers of tokens and verdicts carry the generation in which they were asked
 * for; late ones are dropped.
 */
final class DeviceMachine implements DeviceConnection.Owner {

    /**
     * A connection that lived this long was good, and the next failure starts the backoff anew
     * (G-3).
     */
    static final long MIN_UPTIME_MS = 5_000;

    /**
     * A Hello of this client that was given up without an answer may still take the device over for
     * so long, as when the gateway's call to Redis was only delayed (C-11).
     */
    static final long LATE_TAKEOVER_MS = 60_000;

    private final DeviceOptions options;
    private final Loop loop;
    private final Notices notices;
    private final TokenRenewal renewal;
    private final ChannelRegistry registry = new ChannelRegistry();
    private final CompletableFuture<Void> firstWelcome = new CompletableFuture<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    private volatile ConnectionState state = new Idle();

    /** Counts decisions on how to go on; what was asked under an older one no longer matters. */
    private int generation;

    private int attempt;

    /** A token was refused since the last Welcome: a second refusal is final. */
    private boolean refused;

    private String inbox = "";
    /* In use: welcomed and not ended. */
    private DeviceConnection current;
    /* Being opened, beside the current one when the gateway asked to move. */
    private DeviceConnection next;
    private boolean moving;

    /** When the gateway that asked to move wants the new connection. */
    private long moveDueMs;

    /** The connection in use has lived for {@link #MIN_UPTIME_MS}. */
    private boolean lasted;

    /** Until when {@link #LATE_TAKEOVER_MS} lasts. */
    private long takeoverUntilMs = Long.MIN_VALUE;

    private Loop.Timer attemptTimer = Loop.Timer.NONE;
    private Loop.Timer uptimeTimer = Loop.Timer.NONE;

    DeviceMachine(DeviceOptions options, Notices notices) {
        this.options = options;
        this.loop = options.loop();
        this.notices = notices;
        this.renewal = new TokenRenewal(options, notices);
    }

    /** Where the client stands. Readable from any thread. */
    ConnectionState state() {
        return state;
    }

    /** Completes with the first Welcome; fails when the client stops before. */
    CompletableFuture<Void> firstWelcome() {
        return firstWelcome;
    }

    /** Completes when the client has stopped. */
    CompletableFuture<Void> over() {
        return over;
    }

    void connect() {
        if (state instanceof Idle) {
            startAttempt();
        }
    }

    void subscribe(ChannelSubscription subscription) {
        if (state instanceof Closed) {
            subscription.end(Optional.empty());
            return;
        }
        registry.add(subscription);
        if (current != null) {
            registry.attach(subscription, current, inbox);
        }
    }

    ChannelRegistry registry() {
        return registry;
    }

    void close() {
        stop(
                new Closed(
                        CloseCodes.info(CloseCode.CLOSE_CODE_NORMAL).getLabel(),
                        "The app closed the client."));
    }

    private void transition(ConnectionState to) {
        ConnectionState from = state;
        state = to;
        generation++;
        notices.tell(listener -> listener.onState(from, to));
    }

    // Opening

    private void startAttempt() {
        transition(new Connecting(attempt));
        open();
    }

    /** Gets a token and opens the next connection, beside the current one if there is one. */
    private void open() {
        whenCurrent(
                options.tokens().token(),
                (token, failure) -> {
                    if (failure == null) {
                        next = new DeviceConnection(options, token, this);
                    } else if (failure instanceof UnauthorizedException) {
                        stop(unauthenticated(failure.getMessage()));
                    } else {
                        notices.diagnostic(Kind.TOKEN, "", "The token provider failed", failure);
                        tryAgain(0, "no token");
                    }
                });
    }

    /** Gives the result to the loop, unless the client has decided otherwise meanwhile. */
    private <T> void whenCurrent(CompletableFuture<T> result, BiConsumer<T, Throwable> then) {
        int asked = ++generation;
        var _ =
                result.whenComplete(
                        (value, failure) ->
                                loop.post(
                                        () -> {
                                            if (asked == generation) {
                                                then.accept(value, unwrap(failure));
                                            }
                                        }));
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    @Override
    public void welcomed(DeviceConnection connection, Welcome welcome) {
        if (current != null) {
            current.close();
        }
        current = connection;
        next = null;
        moving = false;
        refused = false;
        inbox = welcome.getInbox();
        transition(
                new Connected(
                        welcome.getConnectionId(),
                        welcome.getUser(),
                        welcome.getDeviceId(),
                        welcome.getNode()));
        uptimeTimer.cancel();
        lasted = false;
        uptimeTimer =
                loop.after(
                        MIN_UPTIME_MS,
                        () -> {
                            lasted = true;
                            attempt = 0;
                        });
        for (ChannelSubscription subscription : registry.all()) {
            registry.attach(subscription, connection, inbox);
        }
        firstWelcome.complete(null);
    }

    // In use

    @Override
    public void received(DeviceConnection connection, ServerFrame frame) {
        if (frame.hasError()) {
            notices.diagnostic(
                    Kind.SERVER_ERROR,
                    frame.getError().getChannel(),
                    "[%s] %s"
                            .formatted(
                                    label(frame.getError().getCode()),
                                    frame.getError().getMessage()));
            if (frame.getError().getCode() == ErrorCode.ERROR_CODE_INVALID_TOKEN) {
                renewal.refused(connection);
            }
        }
        if (connection != current) {
            return;
        }
        switch (frame.getBodyCase()) {
            case SUBSCRIBED ->
                    registry.of(frame.getSubscribed().getChannel())
                            .ifPresent(s -> s.subscribed(frame.getSubscribed()));
            case DELIVER ->
                    registry.of(frame.getDeliver().getChannel())
                            .ifPresent(s -> s.deliver(frame.getDeliver()));
            case SKIP ->
                    registry.of(frame.getSkip().getChannel())
                            .ifPresent(s -> s.skip(frame.getSkip()));
            case GO_AWAY -> goAway(frame.getGoAway());
            case TOKEN_EXPIRING -> renewal.expiring(connection);
            case ERROR ->
                    registry.of(frame.getError().getChannel())
                            .ifPresent(s -> s.error(frame.getError()));
            case WELCOME, HEARTBEAT, BODY_NOT_SET -> {
                // The connection deals with these.
            }
        }
    }

    /** The gateway is leaving: open the new connection before the old one goes (G-4). */
    private void goAway(GoAway goAway) {
        if (!moving) {
            moving = true;
            long spreadMs = Integer.toUnsignedLong(goAway.getSpreadMs());
            long waitMs = Integer.toUnsignedLong(goAway.getRetryAfterMs());
            waitMs += (long) (options.random().getAsDouble() * spreadMs);
            if (!lasted) {
                // Gateways that welcome a device and send it on at once meet growing waits.
                waitMs += Backoff.DEVICE.delayMs(attempt++, options.random());
            }
            moveDueMs = loop.nowMs() + waitMs;
            attemptTimer = loop.after(waitMs, this::open);
        }
    }

    // Ends

    @Override
    public void ended(DeviceConnection connection, End end) {
        boolean goesOn = goesOn(end);
        if (connection == next) {
            next = null;
            if (connection.helloSent() && goesOn) {
                takeoverUntilMs = loop.nowMs() + LATE_TAKEOVER_MS;
            }
        } else {
            current = null;
            uptimeTimer.cancel();
            registry.all().forEach(ChannelSubscription::detach);
            if (next != null && (next.helloSent() || goesOn)) {
                // Its successor is on the way, and may itself be why the gateway closed this one
                // (C-11).
                transition(new Connecting(attempt));
                return;
            }
        }
        switch (end) {
            case End.NotOpened notOpened -> askVerdict(connection.token(), notOpened.cause());
            case End.Ended ended -> decide(connection.token(), ended, goesOn);
        }
    }

    private boolean goesOn(End end) {
        return !(end instanceof End.Ended ended)
                || CloseCodes.reconnects(ended.code())
                || (ended.code() == CloseCode.CLOSE_CODE_REPLACED_VALUE && isOwnTakeover());
    }

    /**
     * Whether a Hello of this client's own may have replaced its session, though nobody waits for
     * its answer any more.
     */
    private boolean isOwnTakeover() {
        boolean own = loop.nowMs() < takeoverUntilMs;
        // Once: the next one is another client's.
        takeoverUntilMs = Long.MIN_VALUE;
        return own;
    }

    private void decide(String token, End.Ended end, boolean goesOn) {
        String label = CloseCodes.label(end.code(), end.reason());
        notices.diagnostic(
                Kind.CONNECTION,
                "",
                "The connection ended with code %d: %s".formatted(end.code(), label));
        if (!goesOn) {
            stop(new Closed(label, CloseCodes.message(end.code(), end.reason())));
            return;
        }
        if (end.code() == CloseCode.CLOSE_CODE_TOKEN_EXPIRED_VALUE) {
            options.tokens().invalidate(token, Reason.EXPIRED);
        }
        // The wait that a GoAway asked for holds when the gateway closes before it is over (G-4).
        tryAgain(moving && next == null ? Math.max(0, moveDueMs - loop.nowMs()) : 0, label);
    }

    /** Why a connection could not be opened: the handshake's status does not say enough (C-6). */
    private void askVerdict(String token, Throwable cause) {
        notices.diagnostic(Kind.CONNECTION, "", "The connection could not be opened", cause);
        whenCurrent(
                options.transport().verdict(token),
                (verdict, failure) -> {
                    if (failure == null) {
                        judge(token, verdict);
                    } else {
                        tryAgain(0, "unreachable");
                    }
                });
    }

    private void judge(String token, ConnectVerdict verdict) {
        if (verdict.getCode().equals(label(ErrorCode.ERROR_CODE_UNAUTHENTICATED))) {
            if (refused) {
                stop(unauthenticated(verdict.getMessage()));
                return;
            }
            refused = true;
            options.tokens().invalidate(token, Reason.REFUSED);
        } else if (verdict.getCode().equals(label(ErrorCode.ERROR_CODE_TOKEN_EXPIRED))) {
            options.tokens().invalidate(token, Reason.EXPIRED);
        } else if (verdict.getCode().equals(label(ErrorCode.ERROR_CODE_INVALID_ARGUMENT))) {
            stop(new Closed(verdict.getCode(), verdict.getMessage()));
            return;
        }
        tryAgain(Integer.toUnsignedLong(verdict.getRetryAfterMs()), verdict.getCode());
    }

    private static String label(ErrorCode code) {
        return CloseCodes.info(code).getLabel();
    }

    /**
     * Waits and tries again; with a connection in use (a move that failed) it stays in use
     * meanwhile.
     */
    private void tryAgain(long atLeastMs, String reason) {
        long delayMs = atLeastMs + Backoff.DEVICE.delayMs(attempt, options.random());
        attempt++;
        attemptTimer.cancel();
        if (current == null) {
            moving = false;
            transition(new Waiting(attempt, delayMs, reason));
            attemptTimer = loop.after(delayMs, this::startAttempt);
        } else {
            attemptTimer = loop.after(delayMs, this::open);
        }
    }

    private static Closed unauthenticated(String message) {
        return new Closed(label(ErrorCode.ERROR_CODE_UNAUTHENTICATED), message);
    }

    private void stop(Closed closed) {
        if (state instanceof Closed) {
            return;
        }
        attemptTimer.cancel();
        uptimeTimer.cancel();
        registry.all().forEach(subscription -> subscription.end(Optional.empty()));
        if (next != null) {
            next.abort();
        }
        if (current != null) {
            current.close();
        }
        transition(closed);
        firstWelcome.completeExceptionally(new DeviceClosedException(closed));
        over.complete(null);
        loop.stop();
    }
}
