package dev.heliograph.client.device;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.Heartbeat;
import dev.heliograph.proto.device.v1.ServerFrame;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A socket whose end the JDK does not tell of. It misses one end in some thousand, when the end
 * comes just as reading is resumed, and then only what is written fails.
 */
class JdkLinkTest {

    private static final ClientFrame HEARTBEAT =
            ClientFrame.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()).build();

    private static final int HEARTBEAT_TIMEOUT = 4001;

    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private final DeafSocket socket = new DeafSocket();
    private final JdkLink link = new JdkLink(DeviceEncoding.PROTO, new Ends());

    @Test
    void whatCannotBeWrittenEndsTheConnection() throws Exception {
        link.opening(CompletableFuture.completedFuture(socket));
        link.send(HEARTBEAT);
        assertThat(ended.get(10, TimeUnit.SECONDS), is(CloseCodes.NO_CLOSE_FRAME));
        assertThat(socket.aborted.await(10, TimeUnit.SECONDS), is(true));
    }

    @Test
    void aCloseFrameThatIsReadAfterAFailedWriteSaysWhy() throws Exception {
        link.opening(CompletableFuture.completedFuture(socket));
        link.send(HEARTBEAT);
        link.onClose(socket, HEARTBEAT_TIMEOUT, "heartbeat_timeout");
        assertThat(ended.get(10, TimeUnit.SECONDS), is(HEARTBEAT_TIMEOUT));
        assertThat(socket.aborted.await(10, TimeUnit.SECONDS), is(true));
    }

    private final class Ends implements Transport.Events {
        @Override
        public void opened() {}

        @Override
        public void received(ServerFrame frame) {}

        @Override
        public void ended(int code, String reason) {
            ended.complete(code);
        }

        @Override
        public void failed(Throwable cause) {
            ended.completeExceptionally(cause);
        }
    }

    /** Its writes fail, and nothing ever comes. */
    private static final class DeafSocket implements WebSocket {

        final CountDownLatch aborted = new CountDownLatch(1);

        private static CompletableFuture<WebSocket> fails() {
            return CompletableFuture.failedFuture(new IOException("Broken pipe"));
        }

        @Override
        public CompletableFuture<WebSocket> sendText(CharSequence data, boolean last) {
            return fails();
        }

        @Override
        public CompletableFuture<WebSocket> sendBinary(ByteBuffer data, boolean last) {
            return fails();
        }

        @Override
        public CompletableFuture<WebSocket> sendPing(ByteBuffer message) {
            return fails();
        }

        @Override
        public CompletableFuture<WebSocket> sendPong(ByteBuffer message) {
            return fails();
        }

        @Override
        public CompletableFuture<WebSocket> sendClose(int statusCode, String reason) {
            return fails();
        }

        @Override
        public void request(long n) {}

        @Override
        public String getSubprotocol() {
            return DeviceEncoding.PROTO.subprotocol();
        }

        @Override
        public boolean isOutputClosed() {
            return false;
        }

        @Override
        public boolean isInputClosed() {
            return false;
        }

        @Override
        public void abort() {
            aborted.countDown();
        }
    }
}
