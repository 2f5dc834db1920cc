package dev.heliograph.server.testkit;

import static dev.heliograph.server.testkit.Eventually.eventually;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.Heartbeat;
import dev.heliograph.proto.device.v1.Hello;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Start;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.proto.device.v1.Subscribed;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;

/**
 * One connection of a device over a real WebSocket with JSON frames: says Hello, answers
 * heartbeats, keeps all that comes. It neither reconnects nor removes duplicates, so that a test
 * sees what was sent.
 */
public final class TestDevice implements AutoCloseable {

    /** What {@link #closeCode} is when the connection was lost without a close frame. */
    public static final int LOST = 1006;

    private final HttpClient http;
    private final List<ServerFrame> frames = new CopyOnWriteArrayList<>();
    private final AtomicInteger subIds = new AtomicInteger();
    private final WebSocket socket;
    private CompletableFuture<WebSocket> sent;
    private volatile int closeCode;

    private TestDevice(HttpClient http, URI url, String token) {
        this.http = http;
        socket =
                http.newWebSocketBuilder()
                        .subprotocols("heliograph.v1.json")
                        .header("Authorization", "Bearer " + token)
                        .buildAsync(url, new Receiver())
                        .join();
        sent = CompletableFuture.completedFuture(socket);
    }

    /** A device that has been welcomed. */
    public static TestDevice connect(int httpPort, String token, String device) {
        URI url = URI.create("ws://127.0.0.1:" + httpPort + "/v1/connect");
        return welcomed(new TestDevice(HttpClient.newHttpClient(), url, token), device);
    }

    /** The same over TLS, with what this context trusts. */
    public static TestDevice connect(SSLContext tls, int httpPort, String token, String device) {
        URI url = URI.create("wss://127.0.0.1:" + httpPort + "/v1/connect");
        HttpClient http = HttpClient.newBuilder().sslContext(tls).build();
        return welcomed(new TestDevice(http, url, token), device);
    }

    private static TestDevice welcomed(TestDevice connected, String device) {
        connected.send(ClientFrame.newBuilder().setHello(Hello.newBuilder().setDeviceId(device)));
        connected.await("Welcome", ServerFrame::hasWelcome);
        return connected;
    }

    /** Subscribes to what comes from now on. */
    public Subscribed subscribe(String channel) {
        return subscribe(Subscribe.newBuilder().setChannel(channel).setStart(Start.START_HEAD));
    }

    /** Resumes after a position. */
    public Subscribed resume(String channel, String position) {
        return subscribe(Subscribe.newBuilder().setChannel(channel).setPosition(position));
    }

    private Subscribed subscribe(Subscribe.Builder subscribe) {
        int subId = subIds.incrementAndGet();
        send(ClientFrame.newBuilder().setSubscribe(subscribe.setSubId(subId)));
        return await(
                        "Subscribed " + subId,
                        f -> f.hasSubscribed() && f.getSubscribed().getSubId() == subId)
                .getSubscribed();
    }

    /** Sends a frame. */
    public synchronized void send(ClientFrame.Builder frame) {
        try {
            String json = JsonFormat.printer().omittingInsignificantWhitespace().print(frame);
            sent = sent.thenCompose(open -> open.sendText(json, true));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first frame that fits, once it is there. */
    public ServerFrame await(String what, Predicate<ServerFrame> fits) {
        eventually(what, () -> frames.stream().anyMatch(fits));
        return frames.stream().filter(fits).findFirst().orElseThrow();
    }

    /** Everything that came, in order. */
    public List<ServerFrame> frames() {
        return frames;
    }

    /** Notification ids in the order in which they came, repeats included. */
    public List<String> ids() {
        return frames.stream()
                .filter(ServerFrame::hasDeliver)
                .map(frame -> frame.getDeliver().getNotification().getId())
                .toList();
    }

    /** Position of the newest Deliver. */
    public String position() {
        return frames.stream()
                .filter(ServerFrame::hasDeliver)
                .reduce((a, b) -> b)
                .orElseThrow()
                .getDeliver()
                .getPosition();
    }

    /** The code with which the server closed, {@link #LOST}, or 0 while the connection stands. */
    public int closeCode() {
        return closeCode;
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }

    private final class Receiver implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                ServerFrame.Builder frame = ServerFrame.newBuilder();
                try {
                    JsonFormat.parser().merge(text.toString(), frame);
                } catch (InvalidProtocolBufferException e) {
                    throw new IllegalStateException("Not a ServerFrame: " + text, e);
                }
                text.setLength(0);
                frames.add(frame.build());
                if (frame.hasHeartbeat()) {
                    send(ClientFrame.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()));
                }
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closeCode = code;
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closeCode = LOST;
        }
    }
}
