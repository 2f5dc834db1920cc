package dev.heliograph.server.attack;

import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.PING;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.text;
import static dev.heliograph.server.websocket.WireFrames.utf8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.WholeServer;
import dev.heliograph.server.testkit.TestCertificate;
import dev.heliograph.server.websocket.RawClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What can be done to TLS itself. */
class HostileTlsTest extends AttackFamily {

    private static final int ATTACKERS = 10;
    private static final long DRIP_NANOS = Duration.ofMillis(2).toNanos();

    @Override
    String title() {
        return "TLS itself";
    }

    @Override
    String transport() {
        return "TLS";
    }

    @Override
    WholeServer server(Path directory, String... settings) throws IOException {
        return WholeServer.overTls(directory, settings);
    }

    @Override
    String[] settings() {
        return new String[] {
            "gateway.handshake-timeout", "2s",
            "gateway.heartbeat-interval", "1s",
            // The bystanders answer in time however busy the machine is.
            "gateway.heartbeat-timeout", "5s"
        };
    }

    static Stream<Arguments> openings() throws SSLException {
        byte[] hello = clientHello();
        byte[] damaged = hello.clone();
        damaged[5] = 99;
        return Stream.of(
                Arguments.of(
                        "HTTP without TLS", utf8("GET /v1/connect HTTP/1.1\r\nHost: x\r\n\r\n")),
                Arguments.of("a WebSocket frame without TLS", text("{}")),
                Arguments.of("a record of 65,535 octets", new byte[] {22, 3, 1, -1, -1, 1}),
                Arguments.of("data before a handshake", new byte[] {23, 3, 3, 0, 2, 1, 2}),
                Arguments.of("an alert before a handshake", new byte[] {21, 3, 3, 0, 2, 2, 80}),
                Arguments.of("a record of no kind", new byte[] {99, 3, 3, 0, 1, 0}),
                Arguments.of("a ClientHello of another kind", damaged),
                Arguments.of("a hello of SSL 2", new byte[] {-128, 46, 1, 0, 2, 0, 3, 0, 0, 0, 16}),
                Arguments.of("zeros", new byte[1_000]));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("openings")
    void anOpeningIsEnded(String what, byte[] opening) throws Exception {
        attack(
                () -> {
                    for (int i = 0; i < ATTACKERS; i++) {
                        try (Socket attacker = plain()) {
                            attacker.getOutputStream().write(opening);
                            awaitEnd(attacker);
                        }
                    }
                });
    }

    @Test
    void c5AHandshakeOctetByOctetIsEndedInTime() throws Exception {
        byte[] hello = clientHello();
        attack(
                () -> {
                    List<Socket> attackers = new ArrayList<>();
                    for (int i = 0; i < ATTACKERS; i++) {
                        attackers.add(plain());
                    }
                    // All but the last octet, so that it is never whole.
                    for (int at = 0; at < hello.length - 1; at++) {
                        for (Socket attacker : attackers) {
                            try {
                                attacker.getOutputStream().write(hello[at]);
                            } catch (IOException e) {
                                // Ended.
                            }
                        }
                        LockSupport.parkNanos(DRIP_NANOS);
                    }
                    for (Socket attacker : attackers) {
                        awaitEnd(attacker);
                        attacker.close();
                    }
                });
    }

    @Test
    void handshakesThatAreBegunAndLeftCostNothingThatLasts() throws Exception {
        byte[] hello = clientHello();
        attack(
                () -> {
                    for (int i = 0; i < 20 * ATTACKERS; i++) {
                        Socket attacker = plain();
                        attacker.getOutputStream().write(hello);
                        if (i % 2 == 0) {
                            attacker.setSoLinger(true, 0);
                        }
                        attacker.close();
                    }
                    whole.device("honest", "phone").close();
                });
    }

    /** What becomes of a record on its way. */
    enum Harm {
        CUT_BY_A_FIN,
        CUT_BY_A_RESET,
        CUT_AND_NOTHING_MORE,
        CHANGED,
        REPEATED
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void aRecordThatIsNotWholeEndsItsConnectionOnly(Harm harm) throws Exception {
        attack(
                () -> {
                    List<Socket> attackers = new ArrayList<>();
                    for (int i = 0; i < ATTACKERS; i++) {
                        HarmedSocket raw = new HarmedSocket();
                        RawClient.connect(raw, whole.server().httpPort(), 0);
                        RawClient attacker = new RawClient(raw, TestCertificate.trusting());
                        attacker.upgrade(bearer("mallory"), JSON);
                        attacker.send(text("{\"hello\":{\"deviceId\":\"harm" + i + "\"}}"));
                        until(attacker, "\"welcome\"");
                        raw.harm(harm);
                        attacker.send(masked(FIN | PING, new byte[100]));
                        if (harm == Harm.CUT_AND_NOTHING_MORE) {
                            attackers.add(raw);
                        } else if (harm != Harm.CUT_BY_A_RESET) {
                            awaitEnd(raw);
                            raw.close();
                        }
                    }
                    for (Socket attacker : attackers) {
                        awaitEnd(attacker); // H-2: what is not whole is no sign of life.
                        attacker.close();
                    }
                });
    }

    @Test
    void renegotiationEndsItsConnectionOnly() throws Exception {
        attack(
                () -> {
                    for (int i = 0; i < ATTACKERS; i++) {
                        try (SSLSocket attacker = tls12()) {
                            attacker.startHandshake();
                            attacker.getSession().invalidate();
                            attacker.startHandshake();
                            awaitEnd(attacker);
                        } catch (SSLException e) {
                            // Refused before anything could be read.
                        }
                    }
                });
    }

    @Test
    void manyRecordsOfOneOctetHoldNothingUp() throws Exception {
        attack(
                () -> {
                    RawClient attacker = welcomed("mallory", "octets");
                    byte[] ping = masked(FIN | PING, new byte[125]);
                    for (int i = 0; i < 20; i++) {
                        for (byte octet : ping) {
                            attacker.send(new byte[] {octet});
                        }
                    }
                    until(attacker, "pong");
                });
    }

    private Socket plain() throws IOException {
        return RawClient.connect(new Socket(), whole.server().httpPort(), 0);
    }

    private SSLSocket tls12() throws IOException {
        SSLSocket socket =
                (SSLSocket)
                        TestCertificate.trusting()
                                .getSocketFactory()
                                .createSocket(plain(), "localhost", 0, true);
        socket.setEnabledProtocols(new String[] {"TLSv1.2"});
        return socket;
    }

    private static byte[] clientHello() throws SSLException {
        SSLEngine engine = TestCertificate.trusting().createSSLEngine();
        engine.setUseClientMode(true);
        engine.beginHandshake();
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }

    /** Reads to the end of what the server says, which is not an upgrade. */
    private static void awaitEnd(Socket attacker) throws IOException {
        byte[] into = new byte[4_096];
        try {
            int read = 0;
            while (read >= 0) {
                read = attacker.getInputStream().read(into);
                String said =
                        new String(
                                into,
                                0,
                                Math.max(0, read),
                                java.nio.charset.StandardCharsets.US_ASCII);
                assertThat(said, said.startsWith("HTTP/1.1 101"), is(false));
            }
        } catch (java.net.SocketException | SSLException e) {
            // Reset, or refused.
        }
    }
}
