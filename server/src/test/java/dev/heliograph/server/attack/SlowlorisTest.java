package dev.heliograph.server.attack;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static dev.heliograph.server.websocket.WireFrames.CONTINUATION;
import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.TEXT;
import static dev.heliograph.server.websocket.WireFrames.frame;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.utf8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.websocket.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Peers that begin something, send it octet by octet, and never finish. */
class SlowlorisTest extends AttackFamily {

    private static final int ATTACKERS = 10;
    private static final long DRIP_NANOS = Duration.ofMillis(50).toNanos();
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Four octets of a payload, masked: the key has four, so they fit wherever four begin. */
    private static final byte[] MORE_OF_A_FRAME =
            Arrays.copyOfRange(masked(TEXT, utf8("    ")), 6, 10);

    @Override
    String title() {
        return "Slowloris";
    }

    @Override
    String[] settings() {
        return new String[] {
            "gateway.handshake-timeout", "500ms",
            "gateway.hello-timeout", "2s",
            "gateway.heartbeat-interval", "1s",
            // The bystanders answer in time however busy the machine is.
            "gateway.heartbeat-timeout", "5s"
        };
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "that says nothing, ''",
        "in the method, G",
        "in the path, GET /v1/connect?",
        "in a header's name, 'GET /v1/connect HTTP/1.1\r\nHost: localhost\r\nX'",
        "in a header's value, 'GET /v1/connect HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer '",
        "of an event stream, 'GET /v1/sse?device=d HTTP/1.1\r\nHost: localhost\r\nX'",
        "of a poll, 'POST /v1/poll HTTP/1.1\r\nHost: localhost\r\nX'"
    })
    void c5AHandshakeIsEndedInTime(String where, String begin) throws Exception {
        attack(
                () -> {
                    List<RawClient> attackers = new ArrayList<>();
                    for (int i = 0; i < ATTACKERS; i++) {
                        RawClient attacker = client();
                        attacker.send(utf8(begin));
                        attackers.add(attacker);
                    }
                    dripUntilAllEnd(attackers, begin.isEmpty() ? new byte[0] : utf8("x"));
                });
    }

    @Test
    void c8AHelloIsEndedInTime() throws Exception {
        attack(
                () -> {
                    List<RawClient> attackers = new ArrayList<>();
                    for (int i = 0; i < ATTACKERS; i++) {
                        RawClient attacker = upgraded("mallory", 0);
                        attacker.send(frame(FIN | TEXT, 16_000, true, utf8("{   ")));
                        attackers.add(attacker);
                    }
                    assertThat(dripAndRead(attackers, MORE_OF_A_FRAME), is(4000));
                });
    }

    @Test
    void h2AFrameOfADeviceIsNoSignOfLifeUntilItIsWhole() throws Exception {
        attack(
                () -> {
                    List<RawClient> attackers = new ArrayList<>();
                    for (int i = 0; i < ATTACKERS; i++) {
                        RawClient attacker = welcomed("mallory", "frame" + i);
                        attacker.send(frame(FIN | TEXT, 16_000, true, utf8("{   ")));
                        attackers.add(attacker);
                    }
                    assertThat(dripAndRead(attackers, MORE_OF_A_FRAME), is(4001));
                });
    }

    @Test
    void h2AMessageInFragmentsIsNoSignOfLifeUntilItIsWhole() throws Exception {
        attack(
                () -> {
                    List<RawClient> attackers = new ArrayList<>();
                    for (int i = 0; i < ATTACKERS; i++) {
                        RawClient attacker = welcomed("mallory", "fragment" + i);
                        attacker.send(masked(TEXT, utf8("{")));
                        attackers.add(attacker);
                    }
                    assertThat(dripAndRead(attackers, masked(CONTINUATION, utf8(" "))), is(4001));
                });
    }

    @Test
    void p1ABodyThatDripsHoldsNothingUp() throws Exception {
        attack(
                () -> {
                    List<RawClient> attackers = new ArrayList<>();
                    for (int i = 0; i < ATTACKERS; i++) {
                        RawClient attacker = client();
                        attacker.send(
                                utf8(
                                        "POST /v1/poll HTTP/1.1\r\nHost: localhost\r\n"
                                                + bearer("mallory")
                                                + "\r\nContent-Length: 60000\r\n\r\n{"));
                        attackers.add(attacker);
                    }
                    for (int round = 0; round < 20; round++) {
                        for (RawClient attacker : attackers) {
                            attacker.send(utf8(" "));
                        }
                    }
                    bystanders.getSome();
                });
    }

    /** Sends so to each, again and again, until the server has ended all. */
    private static void dripUntilAllEnd(List<RawClient> attackers, byte[] drop) throws IOException {
        AtomicBoolean over = new AtomicBoolean();
        Thread dripping = Thread.ofVirtual().start(() -> drip(attackers, drop, over));
        try {
            for (RawClient attacker : attackers) {
                assertThat(closeCode(attacker), is(LOST));
            }
        } finally {
            over.set(true);
        }
        eventually("the drip ends", LIMIT, () -> !dripping.isAlive());
    }

    /** The same, and with which code all are closed. */
    private static int dripAndRead(List<RawClient> attackers, byte[] drop) throws IOException {
        AtomicBoolean over = new AtomicBoolean();
        Thread dripping = Thread.ofVirtual().start(() -> drip(attackers, drop, over));
        int code = 0;
        try {
            for (RawClient attacker : attackers) {
                int next = closeCode(attacker);
                assertThat(code == 0 || code == next, is(true));
                code = next;
            }
        } finally {
            over.set(true);
        }
        eventually("the drip ends", LIMIT, () -> !dripping.isAlive());
        return code;
    }

    private static void drip(List<RawClient> attackers, byte[] drop, AtomicBoolean over) {
        while (!over.get()) {
            for (RawClient attacker : attackers) {
                try {
                    attacker.send(drop);
                } catch (IOException e) {
                    // Ended.
                }
            }
            LockSupport.parkNanos(DRIP_NANOS);
        }
    }
}
