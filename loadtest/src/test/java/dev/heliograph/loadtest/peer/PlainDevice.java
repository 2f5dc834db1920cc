package dev.heliograph.loadtest.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heliograph.loadtest.swarm.Conversation;
import dev.heliograph.loadtest.swarm.DeviceEvents;
import dev.heliograph.loadtest.swarm.DeviceIdentity;
import dev.heliograph.loadtest.swarm.DeviceProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One device of a peer's protocol over the JDK's WebSocket. It connects when it is told to. */
final class PlainDevice implements DeviceEvents {

    private static final int TIMEOUT_S = 20;

    final DeviceIdentity identity;
    final List<String> received = new CopyOnWriteArrayList<>();
    final AtomicInteger resets = new AtomicInteger();
    final AtomicInteger holes = new AtomicInteger();
    private final HttpClient client;
    private final DeviceProtocol protocol;
    private final Conversation conversation;
    private volatile CompletableFuture<Void> ready = new CompletableFuture<>();
    private volatile Connection connection;

    PlainDevice(HttpClient client, DeviceProtocol protocol, DeviceIdentity identity) {
        this.client = client;
        this.protocol = protocol;
        this.identity = identity;
        this.conversation = protocol.conversation(identity, this);
    }

    /** Returns when it is ready. */
    void connect(String target) throws Exception {
        ready = new CompletableFuture<>();
        connection = new Connection();
        DeviceProtocol.Handshake handshake = protocol.handshake(target, identity);
        client.newWebSocketBuilder()
                .buildAsync(handshake.uri(), connection)
                .get(TIMEOUT_S, TimeUnit.SECONDS);
        ready.get(TIMEOUT_S, TimeUnit.SECONDS);
    }

    /** Ends the connection without a Close. */
    void cut() throws Exception {
        Connection cut = connection;
        cut.webSocket.abort();
        cut.end();
    }

    boolean isConnected() {
        return !connection.ended.isDone();
    }

    @Override
    public void ready() {
        ready.complete(null);
    }

    @Override
    public void received(ByteBuf payload) {
        received.add(payload.toString(UTF_8));
    }

    @Override
    public void hole() {
        holes.incrementAndGet();
    }

    @Override
    public void reset() {
        resets.incrementAndGet();
    }

    @Override
    public void failed(String why) {
        ready.completeExceptionally(new IllegalStateException(why));
    }

    /** Calls into the conversation come one after the other, as on an event loop. */
    private final class Connection implements WebSocket.Listener, Conversation.Wire {

        private final ByteBuf message = Unpooled.buffer();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private volatile WebSocket webSocket;
        private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);

        @Override
        public void onOpen(WebSocket opened) {
            webSocket = opened;
            conversation.opened(this);
            opened.request(1);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            message.writeCharSequence(data, UTF_8);
            return whole(last, false);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            message.writeBytes(data);
            return whole(last, true);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            end();
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            end();
        }

        private CompletionStage<?> whole(boolean last, boolean binary) {
            if (last) {
                conversation.message(message, binary, this);
                message.clear();
            }
            webSocket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        private void end() {
            if (ended.complete(null)) {
                conversation.closed();
                ready.completeExceptionally(new IllegalStateException("The connection has ended"));
            }
        }

        @Override
        public void text(ByteBuf text) {
            String content = text.toString(UTF_8);
            sent = sent.thenCompose(done -> webSocket.sendText(content, true));
        }

        @Override
        public void binary(ByteBuf bytes) {
            ByteBuffer content = ByteBuffer.wrap(ByteBufUtil.getBytes(bytes));
            sent = sent.thenCompose(done -> webSocket.sendBinary(content, true));
        }

        @Override
        public void close(int code) {
            webSocket.abort();
            end();
        }

        @Override
        public void move(long afterMillis) {
            throw new UnsupportedOperationException("No peer asks for it");
        }

        @Override
        public void after(long millis, Runnable task) {
            throw new UnsupportedOperationException("No peer needs it");
        }

        @Override
        public void silenceLimit(long millis) {
            // Tests end sooner.
        }

        @Override
        public ByteBuf buffer() {
            return Unpooled.buffer();
        }
    }
}
