package dev.heliograph.server.websocket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.gateway.Frame;
import dev.heliograph.server.gateway.SessionTransport;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlowReaderTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int FRAMES = 1_000;
    private static final int FRAME_BYTES = 4_096;

    @Test
    void aReaderThatReadsNothingDoesNotHoldUpABystander() throws Exception {
        try (GatewayFixture gateway = gateway(LONG);
                RawClient bystander = client(gateway, "alice", 0);
                RawClient slow = slowClient(gateway)) {
            SessionTransport toBystander = gateway.session().transport();
            RecordingSession slowSession = gateway.session("slow");
            SessionTransport toSlow = slowSession.transport();
            Frame frame = GatewayFixture.frame(FRAME_BYTES);
            for (int i = 0; i < FRAMES; i++) {
                toSlow.send(frame);
                toBystander.send(frame);
            }
            for (int i = 0; i < FRAMES; i++) {
                bystander.frame();
            }
            assertThat(toSlow.queuedBytes(), is(greaterThan(2L * FRAMES * FRAME_BYTES / 3)));
            assertThat(slowSession.drains.get(), is(0));

            for (int i = 0; i < FRAMES; i++) {
                slow.frame();
            }
            Wait.until(() -> toSlow.queuedBytes() == 0 && slowSession.drains.get() == 1);
            toSlow.send(frame);
            slow.frame();
        }
    }

    @Test
    void g2ASocketThatTakesNoBytesForTheStallTimeoutEndsWith4008() throws Exception {
        try (GatewayFixture gateway = gateway(Duration.ofMillis(500));
                RawClient _ = slowClient(gateway)) {
            RecordingSession session = gateway.session("slow");
            SessionTransport transport = session.transport();
            for (int i = 0; i < FRAMES; i++) {
                transport.send(GatewayFixture.frame(FRAME_BYTES));
            }
            assertThat(session.end(), is("4008 slow_consumer"));
            assertThat(session.ends.get(), is(1));
            assertThat(transport.queuedBytes(), is(0L));
            assertThat(transport.send(GatewayFixture.frame(1)), is(false));
        }
    }

    @Test
    void stoppingTheServerEndsAllSessionsOnceAlsoBlockedOnes() throws Exception {
        try (GatewayFixture gateway = gateway(LONG);
                RawClient idle = client(gateway, "alice", 0);
                RawClient _ = slowClient(gateway)) {
            RecordingSession idleSession = gateway.session();
            RecordingSession slowSession = gateway.session("slow");
            idleSession.transport();
            for (int i = 0; i < FRAMES; i++) {
                slowSession.transport().send(GatewayFixture.frame(FRAME_BYTES));
            }
            gateway.close();
            assertThat(idleSession.end(), is("1006 "));
            assertThat(slowSession.end(), is("1006 "));
            assertThat(idle.atEnd(), is(true));
            assertThat(idleSession.ends.get() + slowSession.ends.get(), is(2));
        }
    }

    /** With a small receive buffer, so that kernels hide little. */
    private RawClient slowClient(GatewayFixture gateway) throws Exception {
        return client(gateway, "slow", 4_096);
    }

    private RawClient client(GatewayFixture gateway, String user, int receiveBuffer)
            throws Exception {
        RawClient client = connect(gateway, receiveBuffer);
        client.upgrade(
                "Authorization: Bearer good-" + user,
                "Sec-WebSocket-Protocol: heliograph.v1.proto");
        return client;
    }

    GatewayFixture gateway(Duration stallTimeout) {
        return new GatewayFixture(stallTimeout);
    }

    RawClient connect(GatewayFixture gateway, int receiveBuffer) throws IOException {
        return new RawClient(gateway.port(), receiveBuffer);
    }
}
