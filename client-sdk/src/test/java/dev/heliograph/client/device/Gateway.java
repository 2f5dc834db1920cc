package dev.heliograph.client.device;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.device.FakeTransport.FakeLink;
import dev.heliograph.client.internal.TokenSource;
import dev.heliograph.client.store.PositionStore;
import dev.heliograph.proto.device.v1.ClientFrame.BodyCase;
import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Limits;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Skip;
import dev.heliograph.proto.device.v1.SkipCount;
import dev.heliograph.proto.device.v1.SkipReason;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.proto.device.v1.Subscribed;
import dev.heliograph.proto.device.v1.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A client without threads, and the gateway that it talks to. */
final class Gateway {

    static final String INBOX = "user/alice";

    final ManualLoop loop = new ManualLoop();
    final FakeTransport transport = new FakeTransport();
    final PositionStore store = PositionStore.inMemory();
    final List<ConnectionState> states = new ArrayList<>();
    final List<Diagnostic> diagnostics = new ArrayList<>();
    final List<TokenProvider.Reason> tokenReasons = new ArrayList<>();
    final List<String> handled = new ArrayList<>();
    final DeviceClient client;

    Gateway() {
        this(
                new TokenSource(
                        reason -> {
                            if (reason == TokenProvider.Reason.INITIAL) {
                                return "token-1";
                            }
                            return "token-2";
                        }));
    }

    Gateway(TokenSource tokens) {
        DeviceListener listener =
                new DeviceListener() {
                    @Override
                    public void onState(ConnectionState from, ConnectionState to) {
                        states.add(to);
                    }

                    @Override
                    public void onDiagnostic(Diagnostic diagnostic) {
                        diagnostics.add(diagnostic);
                    }
                };
        client =
                new DeviceClient(
                        new DeviceOptions(
                                "phone-1",
                                true,
                                tokens,
                                transport,
                                loop,
                                store,
                                listener,
                                Runnable::run,
                                () -> 0.5));
    }

    Subscription subscribeInbox() {
        return client.subscribe(DeviceClient.INBOX, delivery -> handled.add(delivery.id()));
    }

    /** Runs the loop until something holds that another thread brings about, such as a token. */
    void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 5_000_000_000L;
        loop.settle();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Did not happen within 5 s; states " + states);
            }
            Thread.onSpinWait();
            loop.settle();
        }
    }

    /** Lets time pass until the client opens its n-th connection. */
    FakeLink awaitLink(int number) {
        until(
                () -> {
                    if (transport.links.size() < number) {
                        loop.advance(10);
                    }
                    return transport.links.size() >= number;
                });
        return transport.links.get(number - 1);
    }

    /** Connects, or waits for the client to reconnect, up to Welcome. */
    FakeLink welcome(int number) {
        return welcome(number, 25_000, 10_000);
    }

    FakeLink welcome(int number, int heartbeatIntervalMs, int heartbeatTimeoutMs) {
        client.connect();
        FakeLink link = awaitLink(number);
        link.events.opened();
        loop.settle();
        link.receive(
                ServerFrame.newBuilder()
                        .setWelcome(
                                Welcome.newBuilder()
                                        .setConnectionId("c-" + number)
                                        .setUser("alice")
                                        .setDeviceId("phone-1")
                                        .setInbox(INBOX)
                                        .setHeartbeatIntervalMs(heartbeatIntervalMs)
                                        .setHeartbeatTimeoutMs(heartbeatTimeoutMs)
                                        .setLimits(Limits.newBuilder().setMaxMessageBytes(16_384))
                                        .setNode("gw-" + number)));
        loop.settle();
        return link;
    }

    /** The newest Subscribe on a link. */
    static Subscribe lastSubscribe(FakeLink link) {
        return link.sent(BodyCase.SUBSCRIBE).getLast().getSubscribe();
    }

    /** Answers the newest Subscribe on a link. */
    void subscribed(FakeLink link, Outcome outcome, long nextSeq) {
        Subscribe subscribe = lastSubscribe(link);
        link.receive(
                ServerFrame.newBuilder()
                        .setSubscribed(
                                Subscribed.newBuilder()
                                        .setChannel(subscribe.getChannel())
                                        .setSubId(subscribe.getSubId())
                                        .setOutcome(outcome)
                                        .setNextSeq(nextSeq)
                                        .setPosition("p" + (nextSeq - 1))
                                        .setHeadSeq(nextSeq - 1)));
        loop.settle();
    }

    /**
     * Answers the newest Subscribe on a link, and marks what it sends up to a seq; sends {@code
     * n<seq>} up to another.
     */
    void replay(FakeLink link, Outcome outcome, long nextSeq, long markedThrough, long through) {
        Subscribe subscribe = lastSubscribe(link);
        link.receive(
                ServerFrame.newBuilder()
                        .setSubscribed(
                                Subscribed.newBuilder()
                                        .setChannel(subscribe.getChannel())
                                        .setSubId(subscribe.getSubId())
                                        .setOutcome(outcome)
                                        .setNextSeq(nextSeq)
                                        .setPosition("p" + (nextSeq - 1))
                                        .setHeadSeq(through)
                                        .setRedeliveredThrough(markedThrough)));
        for (long seq = nextSeq; seq <= through; seq++) {
            deliver(link, seq, "n" + seq, seq <= markedThrough);
        }
        loop.settle();
    }

    /** Sends notification {@code n<seq>}. */
    void deliver(FakeLink link, long seq) {
        deliver(link, seq, "n" + seq);
    }

    void deliver(FakeLink link, long seq, String id) {
        deliver(link, seq, id, false);
    }

    void deliver(FakeLink link, long seq, String id, boolean redelivered) {
        link.receive(
                ServerFrame.newBuilder()
                        .setDeliver(
                                Deliver.newBuilder()
                                        .setChannel(INBOX)
                                        .setSeq(seq)
                                        .setPosition("p" + seq)
                                        .setRedelivered(redelivered)
                                        .setNotification(Notification.newBuilder().setId(id))));
        loop.settle();
    }

    /** Sends notification {@code n<seq>} ahead of its turn (D-8). */
    void overtake(FakeLink link, long seq) {
        link.receive(
                ServerFrame.newBuilder()
                        .setDeliver(
                                Deliver.newBuilder()
                                        .setChannel(INBOX)
                                        .setSeq(seq)
                                        .setOutOfOrder(true)
                                        .setNotification(
                                                Notification.newBuilder().setId("n" + seq))));
        loop.settle();
    }

    /** Sends what is in no log (D-9). */
    void ephemeral(FakeLink link, String id) {
        link.receive(
                ServerFrame.newBuilder()
                        .setDeliver(
                                Deliver.newBuilder()
                                        .setChannel(INBOX)
                                        .setNotification(
                                                Notification.newBuilder()
                                                        .setId(id)
                                                        .setEphemeral(true))));
        loop.settle();
    }

    void skip(FakeLink link, long from, long through) {
        skip(link, from, through, through - from + 1);
    }

    /** A Skip whose count may not fit its range. */
    void skip(FakeLink link, long from, long through, long count) {
        link.receive(
                ServerFrame.newBuilder()
                        .setSkip(
                                Skip.newBuilder()
                                        .setChannel(INBOX)
                                        .setFromSeq(from)
                                        .setThroughSeq(through)
                                        .addCounts(
                                                SkipCount.newBuilder()
                                                        .setReason(SkipReason.SKIP_REASON_EXPIRED)
                                                        .setCount(count))
                                        .setPosition("p" + through)));
        loop.settle();
    }
}
