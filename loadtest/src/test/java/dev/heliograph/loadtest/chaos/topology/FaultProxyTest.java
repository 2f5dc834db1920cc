package dev.heliograph.loadtest.chaos.topology;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class FaultProxyTest {

    /** What does not come in this time is held back: on this machine bytes take microseconds. */
    private static final int SILENCE_MS = 200;

    private static final int ANSWER_MS = 10_000;

    private static final int VANISHED = 300;

    private static final long WAKING_NANOS = 50_000;

    private ServerSocket echo;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        echo = new ServerSocket(0, VANISHED, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
        proxy = FaultProxy.to(echo.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        echo.close();
        eventually("no connection is left", () -> proxy.connections() == 0);
    }

    @Test
    void carriesBytesAndEndsBothWays() throws IOException {
        try (Socket client = connect()) {
            assertThat(echoed(client, "hello"), is("hello"));
            client.shutdownOutput();
            assertThat(client.getInputStream().read(), is(-1));
        }
    }

    @Test
    void triesTheNextServerWhenOneIsDown() throws IOException {
        int closed = closedPort();
        try (FaultProxy front = new FaultProxy(() -> List.of(closed, echo.getLocalPort()));
                Socket client = new Socket(InetAddress.getLoopbackAddress(), front.port())) {
            assertThat(echoed(client, "hello"), is("hello"));
        }
    }

    @Test
    void delaysEachDirection() throws IOException {
        try (Socket client = connect()) {
            echoed(client, "warm");
            var rule = proxy.impair(new Impairment.Delay(Duration.ofMillis(100)), Clients.ALL);
            long begin = System.nanoTime();
            echoed(client, "late");
            assertThat(
                    Duration.ofNanos(System.nanoTime() - begin).toMillis(),
                    greaterThanOrEqualTo(200L));
            rule.heal();
        }
    }

    @Test
    void holdsOneDirectionAndLosesNothingOfTheStream() throws IOException {
        try (Socket client = connect()) {
            echoed(client, "before");
            var rule = proxy.impair(new Impairment.Blackhole(false, true), Clients.ALL);
            send(client, "held");
            assertSilent(client);
            rule.heal();
            assertThat(receive(client, 4), is("held"));
            assertThat(echoed(client, "after"), is("after"));
        }
    }

    @Test
    void resetsWhatIsThereAndTakesNewConnections() throws IOException {
        try (Socket client = connect()) {
            echoed(client, "before");
            proxy.reset(Clients.ALL);
            assertThrows(SocketException.class, () -> receive(client, 1));
        }
        try (Socket client = connect()) {
            assertThat(echoed(client, "again"), is("again"));
        }
    }

    @Test
    void tricklesBytes() throws IOException {
        try (Socket client = connect()) {
            echoed(client, "warm");
            proxy.impair(new Impairment.SlowBytes(1, Duration.ofMillis(20)), Clients.ALL);
            long begin = System.nanoTime();
            assertThat(echoed(client, "tenletters"), is("tenletters"));
            assertThat(
                    Duration.ofNanos(System.nanoTime() - begin).toMillis(),
                    greaterThanOrEqualTo(180L));
        }
    }

    @Test
    void aVanishedPeerIsSilentAndIsFoundGoneWhenTheWayIsHealed() throws IOException {
        try (Socket old = connect()) {
            echoed(old, "before");
            var rule = proxy.impair(new Impairment.HalfOpen(), Clients.ALL);
            send(old, "lost");
            assertSilent(old);
            try (Socket young = connect()) {
                assertThat(echoed(young, "new"), is("new"));
            }
            rule.heal();
            assertThrows(SocketException.class, () -> receive(old, 1));
        }
    }

    @RepeatedTest(5)
    void healingLetsNothingOfVanishedPeersThrough() throws Exception {
        List<Socket> vanished = new ArrayList<>();
        for (int i = 0; i < VANISHED; i++) {
            Socket client = connect();
            vanished.add(client);
            echoed(client, "before");
        }
        var rule = proxy.impair(new Impairment.HalfOpen(), Clients.ALL);
        for (Socket client : vanished) {
            send(client, "lost");
        }
        assertSilent(vanished.getLast());

        // Whatever else changes wakes those who are held back.
        var begun = new CountDownLatch(1);
        var healed = new AtomicBoolean();
        Thread others = Thread.ofPlatform().start(() -> impairAndHealUntil(healed, begun));
        begun.await();
        rule.heal();
        healed.set(true);
        others.join();

        for (Socket client : vanished) {
            assertThrows(SocketException.class, () -> receive(client, 1));
            client.close();
        }
    }

    private void impairAndHealUntil(AtomicBoolean healed, CountDownLatch begun) {
        while (!healed.get()) {
            proxy.impair(new Impairment.Refusal(), Clients.ALL).heal();
            begun.countDown();
            LockSupport.parkNanos(WAKING_NANOS);
        }
    }

    @Test
    void refusesNewConnectionsAndKeepsTheOthers() throws IOException {
        try (Socket old = connect()) {
            echoed(old, "before");
            proxy.impair(new Impairment.Refusal(), Clients.ALL);
            assertThrows(
                    SocketException.class,
                    () -> {
                        try (Socket young = connect()) {
                            receive(young, 1);
                        }
                    });
            assertThat(echoed(old, "still"), is("still"));
        }
    }

    @Test
    void hurtsOnlyTheProcessesThatAreMeant() throws IOException {
        long here = ProcessHandle.current().pid();
        long nobody = 1;
        try (Socket client = connect()) {
            echoed(client, "before");
            proxy.reset(Clients.of(() -> Set.of(nobody)));
            assertThat(echoed(client, "spared"), is("spared"));
            proxy.reset(Clients.of(() -> Set.of(here)));
            assertThrows(SocketException.class, () -> receive(client, 1));
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(ANSWER_MS);
        return socket;
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String echoed(Socket client, String text) throws IOException {
        send(client, text);
        return receive(client, text.length());
    }

    private static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Fails when the connection ends before. */
    private static String receive(Socket client, int length) throws IOException {
        InputStream in = client.getInputStream();
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new SocketException("The connection has ended");
        }
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static void assertSilent(Socket client) throws IOException {
        client.setSoTimeout(SILENCE_MS);
        assertThrows(SocketTimeoutException.class, () -> receive(client, 1));
        client.setSoTimeout(ANSWER_MS);
    }

    private void serve() {
        while (!echo.isClosed()) {
            try {
                Socket socket = echo.accept();
                Thread.ofVirtual().start(() -> answer(socket));
            } catch (IOException _) {
                // The end of the test.
            }
        }
    }

    private static void answer(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException _) {
            // Reset, as tests do.
        }
    }
}
