package dev.heliograph.client.device;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.ServerFrame;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One JDK WebSocket. Its listener methods come one at a time; the rest is called by the client's
 * loop.
 */
final class JdkLink implements Transport.Link, WebSocket.Listener {

    /**
     * The largest Deliver is about 90 KB (64 KiB payload, attributes, base64 in JSON); beyond this
     * nothing is sane.
     */
    private static final int MAX_MESSAGE_BYTES = 1 << 20;

    /** How long the gateway has to answer a close frame before the socket is cut. */
    private static final long CLOSE_TIMEOUT_MS = 2_000;

    /**
     * What could not be written tells that the connection is gone. What came before it may say why,
     * and is read first.
     */
    private static final long LAST_WORDS_MS = 1_000;

    private final DeviceEncoding encoding;
    private final Transport.Events events;
    /* Written once by opening(), before the loop can use the link. */
    private CompletableFuture<WebSocket> socket;
    /* Owned by the loop: completes when everything queued has been written; a JDK socket takes one message at a time. */
    private CompletableFuture<WebSocket> written;
    /* Owned by the listener: the fragments of a message so far. */
    private ByteString binary = ByteString.EMPTY;
    private final StringBuilder text = new StringBuilder();
    private final AtomicBoolean over = new AtomicBoolean();

    JdkLink(DeviceEncoding encoding, Transport.Events events) {
        this.encoding = encoding;
        this.events = events;
    }

    /** The socket to come. */
    void opening(CompletableFuture<WebSocket> opening) {
        socket = opening;
        written = opening;
        var _ =
                opening.whenComplete(
                        (webSocket, failure) -> {
                            if (over.get()) {
                                if (webSocket != null) {
                                    webSocket.abort();
                                }
                            } else if (failure != null) {
                                events.failed(failure);
                            }
                        });
    }

    @Override
    public void send(ClientFrame frame) {
        written =
                written.thenCompose(
                        webSocket ->
                                watched(
                                        encoding == DeviceEncoding.PROTO
                                                ? webSocket.sendBinary(
                                                        frame.toByteString().asReadOnlyByteBuffer(),
                                                        true)
                                                : webSocket.sendText(
                                                        FrameCodec.toJson(frame), true)));
    }

    /** The JDK tells the listener only of what it could not read. */
    private CompletableFuture<WebSocket> watched(CompletableFuture<WebSocket> sending) {
        return sending.whenComplete(
                (webSocket, failure) -> {
                    if (failure != null) {
                        CompletableFuture.delayedExecutor(LAST_WORDS_MS, TimeUnit.MILLISECONDS)
                                .execute(() -> cut(failure));
                    }
                });
    }

    private void cut(Throwable failure) {
        ended(CloseCodes.NO_CLOSE_FRAME, String.valueOf(failure.getMessage()));
        var _ = socket.thenAccept(WebSocket::abort);
    }

    @Override
    public void more() {
        var _ = socket.thenAccept(webSocket -> webSocket.request(1));
    }

    @Override
    public void close() {
        var _ = written.thenCompose(webSocket -> webSocket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
        CompletableFuture.delayedExecutor(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .execute(this::abort);
        more();
    }

    @Override
    public void abort() {
        over.set(true);
        var _ = socket.thenAccept(WebSocket::abort);
    }

    @Override
    public void onOpen(WebSocket webSocket) {
        events.opened();
        webSocket.request(1);
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
        if (encoding != DeviceEncoding.PROTO) {
            return broken(webSocket, "A binary message on " + encoding.subprotocol());
        }
        binary = binary.concat(ByteString.copyFrom(data));
        if (binary.size() > MAX_MESSAGE_BYTES) {
            return broken(webSocket, "A message is larger than " + MAX_MESSAGE_BYTES + " bytes");
        }
        if (!last) {
            webSocket.request(1);
            return null;
        }
        ByteString message = binary;
        binary = ByteString.EMPTY;
        try {
            received(FrameCodec.fromProto(message));
        } catch (InvalidProtocolBufferException e) {
            broken(webSocket, "A message is not a ServerFrame: " + e.getMessage());
        }
        return null;
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        if (encoding != DeviceEncoding.JSON) {
            return broken(webSocket, "A text message on " + encoding.subprotocol());
        }
        text.append(data);
        if (text.length() > MAX_MESSAGE_BYTES) {
            return broken(webSocket, "A message is larger than " + MAX_MESSAGE_BYTES + " bytes");
        }
        if (!last) {
            webSocket.request(1);
            return null;
        }
        String message = text.toString();
        text.setLength(0);
        try {
            received(FrameCodec.fromJson(message));
        } catch (InvalidProtocolBufferException e) {
            broken(webSocket, "A message is not a ServerFrame: " + e.getMessage());
        }
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        ended(statusCode, reason);
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        ended(CloseCodes.NO_CLOSE_FRAME, String.valueOf(error.getMessage()));
    }

    private void received(ServerFrame frame) {
        if (!over.get()) {
            events.received(frame);
        }
    }

    /**
     * What cannot be read cannot be skipped without a hole: the connection ends, and the device
     * resumes.
     */
    private CompletionStage<?> broken(WebSocket webSocket, String why) {
        webSocket.abort();
        ended(CloseCodes.NO_CLOSE_FRAME, why);
        return null;
    }

    private void ended(int code, String reason) {
        if (over.compareAndSet(false, true)) {
            events.ended(code, reason);
        }
    }
}
