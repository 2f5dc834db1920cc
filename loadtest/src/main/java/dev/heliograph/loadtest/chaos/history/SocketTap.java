package dev.heliograph.loadtest.chaos.history;

import com.google.protobuf.ByteString;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Overhears one WebSocket: what came is recorded before the SDK gets it, what goes before it is
 * sent.
 */
final class SocketTap {

    private final WireRecorder recorder;
    private volatile WebSocket real;
    private volatile boolean cut;

    SocketTap(WireRecorder recorder) {
        this.recorder = recorder;
    }

    /** Cuts the connection without a word, now and as soon as it opens. */
    void cut() {
        cut = true;
        if (real != null) {
            real.abort();
        }
    }

    WebSocket socket(WebSocket opened) {
        return new Tapped(opened);
    }

    WebSocket.Listener listener(WebSocket.Listener sdk) {
        return new Overhearing(sdk);
    }

    private final class Overhearing implements WebSocket.Listener {

        private final WebSocket.Listener sdk;
        private ByteString binary = ByteString.EMPTY;
        private final StringBuilder text = new StringBuilder();

        Overhearing(WebSocket.Listener sdk) {
            this.sdk = sdk;
        }

        @Override
        public void onOpen(WebSocket opened) {
            real = opened;
            if (cut) {
                opened.abort();
            }
            sdk.onOpen(socket(opened));
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            binary = binary.concat(ByteString.copyFrom(data.duplicate()));
            if (last) {
                recorder.received(binary.asReadOnlyByteBuffer());
                binary = ByteString.EMPTY;
            }
            return sdk.onBinary(socket(from), data, last);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                recorder.received(text.toString());
                text.setLength(0);
            }
            return sdk.onText(socket(from), data, last);
        }

        @Override
        public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
            return sdk.onPing(socket(from), message);
        }

        @Override
        public CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
            return sdk.onPong(socket(from), message);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            recorder.lost(code + " " + reason);
            return sdk.onClose(socket(from), code, reason);
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            recorder.lost(String.valueOf(error.getMessage()));
            sdk.onError(socket(from), error);
        }
    }

    private final class Tapped implements WebSocket {

        private final WebSocket to;

        Tapped(WebSocket to) {
            this.to = to;
        }

        @Override
        public CompletableFuture<WebSocket> sendText(CharSequence data, boolean last) {
            recorder.sent(data.toString());
            return to.sendText(data, last).thenApply(sent -> this);
        }

        @Override
        public CompletableFuture<WebSocket> sendBinary(ByteBuffer data, boolean last) {
            recorder.sent(data.duplicate());
            return to.sendBinary(data, last).thenApply(sent -> this);
        }

        @Override
        public CompletableFuture<WebSocket> sendPing(ByteBuffer message) {
            return to.sendPing(message).thenApply(sent -> this);
        }

        @Override
        public CompletableFuture<WebSocket> sendPong(ByteBuffer message) {
            return to.sendPong(message).thenApply(sent -> this);
        }

        @Override
        public CompletableFuture<WebSocket> sendClose(int code, String reason) {
            return to.sendClose(code, reason).thenApply(sent -> this);
        }

        @Override
        public void request(long count) {
            to.request(count);
        }

        @Override
        public String getSubprotocol() {
            return to.getSubprotocol();
        }

        @Override
        public boolean isOutputClosed() {
            return to.isOutputClosed();
        }

        @Override
        public boolean isInputClosed() {
            return to.isInputClosed();
        }

        @Override
        public void abort() {
            to.abort();
        }
    }
}
