package dev.heliograph.server.websocket;

import static dev.heliograph.server.websocket.WireFrames.BINARY;
import static dev.heliograph.server.websocket.WireFrames.CONTINUATION;
import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.PING;
import static dev.heliograph.server.websocket.WireFrames.TEXT;
import static dev.heliograph.server.websocket.WireFrames.concat;
import static dev.heliograph.server.websocket.WireFrames.frame;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.text;
import static dev.heliograph.server.websocket.WireFrames.utf8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each attack gets its defined answer and one end; a bystander then gets a frame; nothing is
 * logged.
 */
class AttackTest {

    private final GatewayFixture gateway = new GatewayFixture();
    private final ConcurrentLinkedQueue<String> warnings = new ConcurrentLinkedQueue<>();
    private final Handler recorder =
            new Handler() {
                @Override
                public void publish(LogRecord entry) {
                    if (entry.getLevel().intValue() >= Level.INFO.intValue()) {
                        warnings.add(entry.getLoggerName() + ": " + entry.getMessage());
                    }
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };
    private RawClient bystander;
    private RecordingSession bystanding;

    @BeforeEach
    void aBystanderConnects() throws Exception {
        bystander = RawClient.openJson(gateway.port());
        bystanding = gateway.session();
        bystanding.transport();
        Logger.getLogger("").addHandler(recorder);
    }

    @AfterEach
    void theBystanderIsServedAndNothingWasLogged() throws Exception {
        Logger.getLogger("").removeHandler(recorder);
        bystanding.transport().send(GatewayFixture.frame(5));
        assertThat(
                bystander.frame(),
                is("text {\"deliver\":{\"notification\":{\"type\":\"xxxxx\"}}}"));
        assertThat(bystanding.ended(), is(false));
        bystander.close();
        gateway.close();
        assertThat(warnings.toString(), warnings.isEmpty(), is(true));
    }

    @Test
    void f3AnOversizeFrameIsClosedWith1009() throws Exception {
        attack(
                "1009 message_too_big",
                masked(FIN | TEXT, new byte[GatewayFixture.MAX_MESSAGE + 1]));
    }

    @Test
    void f3AnOversizeMessageInFragmentsIsClosedWith1009() throws Exception {
        attack(
                "1009 message_too_big",
                concat(
                        masked(TEXT, new byte[GatewayFixture.MAX_MESSAGE]),
                        masked(FIN | CONTINUATION, new byte[1])));
    }

    @Test
    void f4ABinaryMessageOnJsonIsClosedWith1003() throws Exception {
        attack("1003 unsupported_data", masked(FIN | BINARY, utf8("{}")));
    }

    @Test
    void f4ATextMessageOnProtoIsClosedWith1003() throws Exception {
        attack("heliograph.v1.proto", "1003 unsupported_data", text("{}"));
    }

    @Test
    void f4TextThatIsNotUtf8IsClosedWith1007() throws Exception {
        attack("1007 invalid_utf8", masked(FIN | TEXT, new byte[] {(byte) 0xFF}));
    }

    @Test
    void f5AnUnmaskedFrameIsClosedWith1002() throws Exception {
        attack("1002 websocket_protocol_error", frame(FIN | TEXT, 2, false, utf8("{}")));
    }

    @Test
    void f5AReservedOpcodeIsClosedWith1002() throws Exception {
        attack("1002 websocket_protocol_error", masked(FIN | 3, utf8("{}")));
    }

    @Test
    void f5AReservedBitIsClosedWith1002() throws Exception {
        attack("1002 websocket_protocol_error", masked(FIN | 0x40 | TEXT, utf8("{}")));
    }

    @Test
    void f5AFragmentedControlFrameIsClosedWith1002() throws Exception {
        attack("1002 websocket_protocol_error", masked(PING, utf8("{}")));
    }

    @Test
    void f5AMegabyteOfGarbageIsClosedWith1002() throws Exception {
        byte[] garbage = new byte[1 << 20];
        new Random(1).nextBytes(garbage);
        garbage[0] = (byte) 0xFF;
        attack("1002 websocket_protocol_error", garbage);
    }

    @Test
    void aStreamOfAnotherProtocolIsClosedWith1002() throws Exception {
        attack("1002 websocket_protocol_error", utf8("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    }

    private void attack(String end, byte[] bytes) throws Exception {
        attack("heliograph.v1.json", end, bytes);
    }

    private void attack(String subprotocol, String end, byte[] bytes) throws Exception {
        RecordingSession session;
        try (RawClient attacker = RawClient.open(gateway.port(), subprotocol)) {
            session = gateway.session();
            attacker.send(bytes);
            assertThat(attacker.frame(), is("close " + end));
            assertThat("the server hangs up", attacker.atEnd(), is(true));
        }
        assertThat(session.end(), startsWith(end));
        assertThat(session.ends.get(), is(1));
        assertThat(session.messages.isEmpty(), is(true));
    }

    @Test
    void abnormalEndsAreToldOnce() throws Exception {
        RawClient reset = RawClient.openJson(gateway.port());
        RecordingSession resetSession = gateway.session();
        resetSession.transport();
        reset.reset();
        assertThat(resetSession.end(), is("1006 "));

        RawClient fin = RawClient.openJson(gateway.port());
        RecordingSession finSession = gateway.session();
        finSession.transport();
        fin.close();
        assertThat(finSession.end(), is("1006 "));

        RawClient half = RawClient.openJson(gateway.port());
        RecordingSession halfSession = gateway.session();
        half.send(frame(FIN | TEXT, 100, true, utf8("cut off")));
        half.socket.shutdownOutput();
        assertThat(halfSession.end(), is("1006 "));
        assertThat(half.atEnd(), is(true));
        half.close();

        assertThat(resetSession.ends.get() + finSession.ends.get() + halfSession.ends.get(), is(3));
    }

    @Test
    void manyConnectionsThatVanishLeaveNothingBehind() throws IOException, InterruptedException {
        RecordingSession[] sessions = new RecordingSession[100];
        for (int i = 0; i < sessions.length; i++) {
            RawClient client = RawClient.openJson(gateway.port());
            sessions[i] = gateway.session();
            if (i % 2 == 0) {
                client.reset();
            } else {
                client.close();
            }
        }
        for (RecordingSession session : sessions) {
            Wait.until(session::ended);
            assertThat(session.ends.get(), is(1));
        }
    }
}
