package dev.heliograph.server.attack;

import static dev.heliograph.server.websocket.WireFrames.CONTINUATION;
import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.PING;
import static dev.heliograph.server.websocket.WireFrames.PONG;
import static dev.heliograph.server.websocket.WireFrames.TEXT;
import static dev.heliograph.server.websocket.WireFrames.concat;
import static dev.heliograph.server.websocket.WireFrames.masked;
import static dev.heliograph.server.websocket.WireFrames.text;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.websocket.RawClient;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Devices that send more than they may. */
class FloodsTest extends AttackFamily {

    private static final int FRAMES_PER_SECOND = 200;
    private static final int WAVES = 3;
    private static final int ATTACKERS = 6;

    /** Five times what a device may send at once. */
    private static final int FLOOD = 10 * FRAMES_PER_SECOND;

    @Override
    String title() {
        return "Floods of frames";
    }

    @Override
    String[] settings() {
        return new String[] {"gateway.max-frames-per-second", String.valueOf(FRAMES_PER_SECOND)};
    }

    static Stream<Arguments> frames() {
        byte[] nothing = {};
        return Stream.of(
                Arguments.of("Pings", masked(FIN | PING, nothing)),
                Arguments.of("Pings of 125 octets", masked(FIN | PING, new byte[125])),
                Arguments.of("Pongs", masked(FIN | PONG, nothing)),
                Arguments.of("empty fragments", masked(CONTINUATION, nothing)),
                Arguments.of("heartbeats", text("{\"heartbeat\":{}}")),
                Arguments.of("frames of no known kind", text("{}")),
                Arguments.of(
                        "acks of nothing",
                        text("{\"ack\":{\"channel\":\"user/mallory\",\"position\":\"x\"}}")),
                Arguments.of(
                        "unsubscribes of nothing", text("{\"unsubscribe\":{\"channel\":\"x\"}}")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("frames")
    void f8AFloodEndsWith4429(String what, byte[] frame) throws Exception {
        byte[][] frames = new byte[FLOOD][];
        Arrays.fill(frames, frame);
        byte[] flood = concat(frames);
        boolean fragments = frame[0] == CONTINUATION;
        attack(
                () -> {
                    for (int wave = 0; wave < WAVES; wave++) {
                        RawClient[] attackers = new RawClient[ATTACKERS];
                        for (int i = 0; i < ATTACKERS; i++) {
                            attackers[i] = welcomed("mallory", "d" + i);
                        }
                        for (RawClient attacker : attackers) {
                            flood(
                                    attacker,
                                    fragments ? concat(masked(TEXT, new byte[0]), flood) : flood);
                        }
                        for (RawClient attacker : attackers) {
                            // The Close is lost where it meets what is still being sent.
                            assertThat(closeCode(attacker), anyOf(is(4429), is(LOST)));
                        }
                    }
                });
    }

    private static void flood(RawClient attacker, byte[] flood) {
        try {
            attacker.send(flood);
        } catch (IOException e) {
            // Ended already.
        }
    }

    @Test
    void t9AFloodOfTokensEndsWith4429() throws Exception {
        attack(
                () -> {
                    for (int i = 0; i < ATTACKERS; i++) {
                        RawClient attacker = welcomed("mallory", "d" + i);
                        for (int token = 0; token < 20; token++) {
                            attacker.send(
                                    text("{\"refreshToken\":{\"token\":\"a.b." + token + "\"}}"));
                        }
                        assertThat(closeCode(attacker), is(4429));
                    }
                });
    }

    @Test
    void f6PingsBelowTheLimitWhosePongsNobodyReadsHoldNothingUp() throws Exception {
        attack(
                () -> {
                    RawClient[] attackers = new RawClient[ATTACKERS];
                    for (int i = 0; i < ATTACKERS; i++) {
                        attackers[i] = welcomed("mallory", "d" + i, 2_048);
                    }
                    byte[] ping = masked(FIN | PING, new byte[125]);
                    for (int round = 0; round < FRAMES_PER_SECOND; round++) {
                        for (RawClient attacker : attackers) {
                            attacker.send(ping);
                        }
                    }
                    bystanders.getSome();
                });
    }
}
