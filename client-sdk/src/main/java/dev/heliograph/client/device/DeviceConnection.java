package dev.heliograph.client.device;

import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.ClientInfo;
import dev.heliograph.proto.device.v1.Heartbeat;
import dev.heliograph.proto.device.v1.Hello;
import dev.heliograph.proto.device.v1.RefreshToken;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Welcome;

/**
 * One connection from open to end: greets, answers heartbeats, and notices a dead gateway. Owned by
 * the loop. A connection that was dropped tells its owner nothing more, so whatever comes late from
 * its socket changes nothing.
 */
final class DeviceConnection implements Transport.Events {

    /**
     * From the start of the open to Welcome. A gateway answers in milliseconds; a phone network may
     * need seconds.
     */
    static final long WELCOME_TIMEOUT_MS = 10_000;

    private static final ClientInfo CLIENT =
            ClientInfo.newBuilder()
                    .setName("heliograph-java")
                    .setVersion(version())
                    .setPlatform("java")
                    .build();
    private static final ClientFrame HEARTBEAT =
            ClientFrame.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()).build();

    /** Of a RefreshToken beside its token, in either encoding. */
    private static final int REFRESH_BYTES = 64;

    /** Who hears of a connection. */
    interface Owner {
        /** The gateway has accepted the device. */
        void welcomed(DeviceConnection connection, Welcome welcome);

        /** A frame other than Welcome and Heartbeat came. */
        void received(DeviceConnection connection, ServerFrame frame);

        /** It has ended, or could not be opened. Comes at most once, last. */
        void ended(DeviceConnection connection, End end);
    }

    /** How a connection ended. */
    sealed interface End {
        /** It could not be opened. */
        record NotOpened(Throwable cause) implements End {}

        /** It stood and has ended; 1006 stands for no close frame. */
        record Ended(int code, String reason) implements End {}
    }

    private final Loop loop;
    private final Owner owner;
    private final String deviceId;
    private final boolean observer;
    private String token;
    private final Transport.Link link;
    private Loop.Timer timer;
    private Liveness liveness;
    private boolean helloSent;
    private boolean dropped;
    private int lastSubId;
    private int maxMessageBytes;

    /** Begins to open. */
    DeviceConnection(DeviceOptions options, String token, Owner owner) {
        this.loop = options.loop();
        this.owner = owner;
        this.deviceId = options.deviceId();
        this.observer = options.observer();
        this.token = token;
        this.timer =
                loop.after(
                        WELCOME_TIMEOUT_MS,
                        () -> fail("No Welcome within " + WELCOME_TIMEOUT_MS + " ms"));
        this.link = options.transport().open(token, this);
    }

    /** The token that it was opened with, or the newest that was brought since. */
    String token() {
        return token;
    }

    /**
     * Goes on with another token (T-7), unless the gateway would not take so long a message: then
     * this one has to do.
     */
    void refresh(String next) {
        if (!dropped && next.length() + REFRESH_BYTES <= maxMessageBytes) {
            token = next;
            send(
                    ClientFrame.newBuilder()
                            .setRefreshToken(RefreshToken.newBuilder().setToken(next))
                            .build());
        }
    }

    /**
     * Whether the gateway may have evicted the device's older session in favour of this one (C-11).
     */
    boolean helloSent() {
        return helloSent;
    }

    /** A number for the next Subscribe, unlike all before on this connection. */
    int nextSubId() {
        return ++lastSubId;
    }

    void send(ClientFrame frame) {
        if (!dropped) {
            link.send(frame);
        }
    }

    /** Leaves in good order. The owner hears nothing more. */
    void close() {
        drop();
        link.close();
    }

    /** Cuts. The owner hears nothing more. */
    void abort() {
        drop();
        link.abort();
    }

    @Override
    public void opened() {
        loop.post(
                () -> {
                    helloSent = true;
                    send(
                            ClientFrame.newBuilder()
                                    .setHello(
                                            Hello.newBuilder()
                                                    .setDeviceId(deviceId)
                                                    .setClient(CLIENT)
                                                    .setObserver(observer))
                                    .build());
                });
    }

    @Override
    public void received(ServerFrame frame) {
        loop.post(
                () -> {
                    if (!dropped) {
                        take(frame);
                    }
                    link.more();
                });
    }

    @Override
    public void ended(int code, String reason) {
        loop.post(() -> end(new End.Ended(code, reason)));
    }

    @Override
    public void failed(Throwable cause) {
        loop.post(() -> end(new End.NotOpened(cause)));
    }

    private void take(ServerFrame frame) {
        if (liveness != null) {
            liveness.heard(loop.nowMs());
        }
        switch (frame.getBodyCase()) {
            case WELCOME -> {
                if (liveness == null) {
                    welcomed(frame.getWelcome());
                }
            }
            case HEARTBEAT -> send(HEARTBEAT);
            case BODY_NOT_SET -> {
                // A kind that this version does not know (F-2).
            }
            default -> owner.received(this, frame);
        }
    }

    private void welcomed(Welcome welcome) {
        liveness =
                new Liveness(
                        welcome.getHeartbeatIntervalMs(),
                        welcome.getHeartbeatTimeoutMs(),
                        loop.nowMs());
        maxMessageBytes = welcome.getLimits().getMaxMessageBytes();
        timer.cancel();
        checkLiveness();
        owner.welcomed(this, welcome);
    }

    private void checkLiveness() {
        long remainingMs = liveness.remainingMs(loop.nowMs());
        if (remainingMs > 0) {
            timer = loop.after(remainingMs, this::checkLiveness);
        } else {
            fail("The gateway was silent for longer than its heartbeat allows");
        }
    }

    private void fail(String reason) {
        link.abort();
        end(new End.Ended(CloseCodes.NO_CLOSE_FRAME, reason));
    }

    private void end(End end) {
        if (!dropped) {
            drop();
            owner.ended(this, end);
        }
    }

    private void drop() {
        dropped = true;
        timer.cancel();
    }

    private static String version() {
        String version = DeviceConnection.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
