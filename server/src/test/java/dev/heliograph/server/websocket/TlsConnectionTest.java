package dev.heliograph.server.websocket;

import static dev.heliograph.server.websocket.WireFrames.close;
import static dev.heliograph.server.websocket.WireFrames.text;
import static dev.heliograph.server.websocket.WireFrames.utf8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import dev.heliograph.server.testkit.TestCertificate;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a connection does around TLS: its first bytes, and its end. */
class TlsConnectionTest {

    private static final String[] UPGRADE = {
        "Authorization: Bearer good-alice", "Sec-WebSocket-Protocol: heliograph.v1.json"
    };
    private static final int ALERT = 21;

    @TempDir Path directory;
    private GatewayFixture gateway;

    @BeforeEach
    void start() throws IOException {
        gateway = new GatewayFixture(Duration.ofSeconds(30), new TlsFixture(directory).server());
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void c9WhatComesInOneRecordWithTheHandshakeIsRead() throws Exception {
        try (RawClient client = TlsFixture.connect(gateway, 0)) {
            String request =
                    "GET /v1/connect HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket"
                            + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key:"
                            + " dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer good-alice"
                            + "\r\nSec-WebSocket-Protocol: heliograph.v1.json\r\n\r\n";
            client.send(utf8(request), text("hello"), text("again".repeat(2_000)));
            assertThat(client.answer().status(), is(101));
            RecordingSession session = gateway.session();
            assertThat(session.message(), is("hello"));
            assertThat(session.message(), is("again".repeat(2_000)));
            client.send(text("later".repeat(3_000)));
            assertThat(session.message(), is("later".repeat(3_000)));
            session.transport().send(GatewayFixture.frame(100_000));
            assertThat(client.frame().length() > 100_000, is(true));
        }
    }

    @Test
    void g2AfterBothClosesTheServerSaysGoodbyeInTlsToo() throws Exception {
        Recorded recorded = new Recorded();
        RawClient.connect(recorded, gateway.port(), 0);
        try (RawClient client = new RawClient(recorded, TestCertificate.trusting())) {
            // In 1.3 an alert cannot be told from data.
            SSLParameters old = new SSLParameters();
            old.setProtocols(new String[] {"TLSv1.2"});
            ((SSLSocket) client.socket).setSSLParameters(old);
            client.upgrade(UPGRADE);
            client.send(close(1000, "done"));
            assertThat(client.frame(), is("close 1000 "));
            assertThat(client.atEnd(), is(true));
            assertThat(gateway.session().end(), is("1000 done"));
            assertThat(recorded.lastRecordType(), is(ALERT));
        }
    }

    @Test
    void f5BrokenFramingIsToldBeforeTheEnd() throws Exception {
        try (RawClient client = TlsFixture.connect(gateway, 0)) {
            client.upgrade(UPGRADE);
            client.send(new byte[] {(byte) 0xF1, 0});
            assertThat(client.frame(), startsWith("close 1002"));
            assertThat(client.atEnd(), is(true));
        }
        assertThat(gateway.session().end(), startsWith("1002"));
    }

    @Test
    void g1ADeviceThatVanishesEndsItsSession() throws Exception {
        RawClient client = TlsFixture.connect(gateway, 0);
        client.upgrade(UPGRADE);
        RecordingSession session = gateway.session();
        session.transport();
        client.reset();
        assertThat(session.end(), is("1006 "));
    }

    @Test
    void whoSaysNothingInAHandshakeIsEndedInTime() throws Exception {
        try (GatewayFixture hasty =
                        new GatewayFixture(
                                Duration.ofSeconds(30),
                                new TlsFixture(directory, Duration.ofMillis(200)).server());
                RawClient silent = new RawClient(hasty.port())) {
            assertThat(silent.atEnd(), is(true));
        }
    }

    @Test
    void renegotiationIsRefused() throws Exception {
        Socket plain = RawClient.connect(new Socket(), gateway.port(), 0);
        try (RawClient client = new RawClient(plain, TestCertificate.trusting())) {
            SSLSocket tls = (SSLSocket) client.socket;
            SSLParameters old = new SSLParameters();
            old.setProtocols(new String[] {"TLSv1.2"});
            tls.setSSLParameters(old);
            client.upgrade(UPGRADE);
            RecordingSession session = gateway.session();
            session.transport();
            tls.getSession().invalidate();
            tls.startHandshake();
            assertThat(session.end(), is("1006 "));
        } catch (IOException e) {
            // Refused on this side already.
            assertThat(gateway.session().end(), is("1006 "));
        }
    }

    /** A socket that keeps what it reads. */
    private static final class Recorded extends Socket {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    int b = super.read();
                    if (b >= 0) {
                        bytes.write(b);
                    }
                    return b;
                }

                @Override
                public int read(byte[] into, int from, int length) throws IOException {
                    int count = super.read(into, from, length);
                    if (count > 0) {
                        bytes.write(into, from, count);
                    }
                    return count;
                }
            };
        }

        /** Of the newest TLS record. */
        int lastRecordType() {
            byte[] all = bytes.toByteArray();
            int type = -1;
            for (int at = 0; at < all.length; ) {
                type = all[at];
                at += 5 + ((all[at + 3] & 0xFF) << 8 | all[at + 4] & 0xFF);
            }
            return type;
        }
    }
}
