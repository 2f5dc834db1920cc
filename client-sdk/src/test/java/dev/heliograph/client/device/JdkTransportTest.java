package dev.heliograph.client.device;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.proto.device.v1.ServerFrame;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The transport against gateways that do not keep to HTTP or RFC 6455, on real sockets. */
class JdkTransportTest {

    /** What a test's gateway does with a connection after it has read the request. */
    private interface Script {
        void play(String request, OutputStream out) throws Exception;
    }

    private final CountDownLatch left = new CountDownLatch(1);
    private ServerSocket listener;
    private volatile Script script;

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    @Test
    void aVerdictThatNeverEndsIsGivenUp_C6() {
        script =
                (request, out) -> {
                    out.write(ascii("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"));
                    out.flush();
                    left.await();
                };

        assertThat(failureOfVerdict(), is(instanceOf(TimeoutException.class)));
        assertThat("its socket is closed", left.getCount(), is(0L));
    }

    @Test
    void aVerdictWithoutEndIsNotKept_C6() {
        script =
                (request, out) -> {
                    out.write(ascii("HTTP/1.1 200 OK\r\n\r\n"));
                    while (true) {
                        out.write(new byte[8192]);
                    }
                };

        assertThat(failureOfVerdict(), is(instanceOf(IOException.class)));
    }

    @Test
    void aHandshakeThatHangsFailsAndItsSocketIsClosed() throws Exception {
        script = (request, out) -> left.await();
        Heard heard = new Heard();

        transport().open("token", heard);

        heard.failed.get(20, TimeUnit.SECONDS);
        assertThat(left.await(10, TimeUnit.SECONDS), is(true));
    }

    @Test
    void aTextMessageOnTheBinarySubprotocolEndsTheConnection_C2() throws Exception {
        script =
                (request, out) -> {
                    out.write(ascii(accepting(request)));
                    out.write(new byte[] {(byte) 0x81, 2, '{', '}'});
                    out.flush();
                    left.await();
                };
        Heard heard = new Heard();

        transport().open("token", heard);

        assertThat(heard.ended.get(10, TimeUnit.SECONDS), is(CloseCodes.NO_CLOSE_FRAME));
        assertThat(left.await(10, TimeUnit.SECONDS), is(true));
    }

    private JdkTransport transport() {
        return new JdkTransport(
                JdkTransport.sharedHttp(),
                URI.create("ws://127.0.0.1:" + listener.getLocalPort() + "/v1/connect"),
                DeviceEncoding.PROTO);
    }

    private Throwable failureOfVerdict() {
        long start = System.nanoTime();
        ExecutionException failure =
                assertThrows(
                        ExecutionException.class,
                        () -> transport().verdict("token").get(20, TimeUnit.SECONDS));
        assertThat(System.nanoTime() - start, is(lessThan(TimeUnit.SECONDS.toNanos(15))));
        await(left);
        return failure.getCause();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            StringBuilder request = new StringBuilder();
            while (request.indexOf("\r\n\r\n") < 0) {
                request.append((char) in.read());
            }
            Thread playing =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            script.play(
                                                    request.toString(), socket.getOutputStream());
                                        } catch (Exception e) {
                                            // The device has gone.
                                        }
                                    });
            while (in.read() >= 0) {
                // Nothing is expected; the end is.
            }
            playing.interrupt();
        } catch (IOException e) {
            // A reset is an end too.
        } finally {
            left.countDown();
        }
    }

    private static String accepting(String request) throws Exception {
        String key = request.replaceAll("(?si).*sec-websocket-key: *([^\r]+)\r.*", "$1");
        byte[] hash =
                MessageDigest.getInstance("SHA-1")
                        .digest(ascii(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
        return "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
                + "sec-websocket-protocol: heliograph.v1.proto\r\nsec-websocket-accept: "
                + Base64.getEncoder().encodeToString(hash)
                + "\r\n\r\n";
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Books what the transport tells. */
    private static final class Heard implements Transport.Events {

        final CompletableFuture<Throwable> failed = new CompletableFuture<>();
        final CompletableFuture<Integer> ended = new CompletableFuture<>();

        @Override
        public void opened() {}

        @Override
        public void received(ServerFrame frame) {
            ended.completeExceptionally(new AssertionError("Taken for a frame: " + frame));
        }

        @Override
        public void ended(int code, String reason) {
            ended.complete(code);
        }

        @Override
        public void failed(Throwable cause) {
            failed.complete(cause);
        }
    }
}
