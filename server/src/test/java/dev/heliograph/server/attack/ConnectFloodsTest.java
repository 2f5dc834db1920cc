package dev.heliograph.server.attack;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static dev.heliograph.server.websocket.WireFrames.text;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.websocket.RawClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** More connections than anybody may have. */
class ConnectFloodsTest extends AttackFamily {

    private static final int PER_ADDRESS = 20;
    private static final int PER_USER = 5;
    private static final int MOST = 60;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Two that are sent to all the time, and one of the server's own. */
    private static final int BYSTANDERS = 3;

    private static final String GAUGE = "heliograph_connections[ {].*";

    private final HttpClient http = HttpClient.newHttpClient();

    @Override
    String title() {
        return "Connect floods";
    }

    @Override
    String[] settings() {
        return new String[] {
            "gateway.max-connections", String.valueOf(MOST),
            "gateway.max-connections-per-ip", String.valueOf(PER_ADDRESS),
            "gateway.max-connections-per-user", String.valueOf(PER_USER),
            // So that each attacker can have an address of its own.
            "gateway.trusted-proxies", "127.0.0.0/8"
        };
    }

    @Test
    void c5AnAddressThatHasItsShareLeavesRoomForOthers() throws Exception {
        attack(
                () -> {
                    int taken = 0;
                    for (int i = 0; i < 5 * PER_ADDRESS; i++) {
                        int status = connect(client(), "u" + i, "198.51.100.7");
                        assertThat(status, anyOf(is(101), is(503)));
                        taken += status == 101 ? 1 : 0;
                    }
                    assertThat(taken, is(PER_ADDRESS));
                    assertThat(connect(client(), "honest", "203.0.113.1"), is(101));
                });
    }

    @Test
    void c5AUserThatHasItsShareLeavesRoomForOthers() throws Exception {
        attack(
                () -> {
                    int taken = 0;
                    for (int i = 0; i < 10 * PER_USER; i++) {
                        int status = connect(client(), "mallory", "198.51.100." + i);
                        taken += status == 101 ? 1 : 0;
                    }
                    assertThat(taken, is(PER_USER));
                    assertThat(connect(client(), "honest", "198.51.100.1"), is(101));
                });
    }

    @Test
    void c5AFullGatewayServesThoseItHasAndTakesTheNextWhenOneGoes() throws Exception {
        attack(
                () -> {
                    List<RawClient> taken = new ArrayList<>();
                    for (int i = 0; i < 2 * MOST; i++) {
                        RawClient attacker = client();
                        if (connect(attacker, "u" + i, "10.0.0." + i) == 101) {
                            taken.add(attacker);
                        }
                    }
                    assertThat(connect(client(), "late", "203.0.113.1"), is(503));
                    bystanders.getSome();
                    taken.removeLast().reset();
                    takenEventually();
                });
    }

    @Test
    void socketsThatAreResetAtOnceCostNothingThatLasts() throws Exception {
        attack(
                () -> {
                    for (int i = 0; i < 500; i++) {
                        RawClient attacker = whole.client();
                        if (i % 2 == 0) {
                            attacker.reset();
                        } else {
                            attacker.close();
                        }
                    }
                    takenEventually();
                });
    }

    @Test
    void c5SilentSocketsMakeWayForAHandshake() throws Exception {
        attack(
                () -> {
                    for (int i = 0; i < 4 * MOST; i++) {
                        client();
                    }
                    takenEventually();
                });
    }

    @Test
    void c11ADeviceThatReplacesItselfWithoutEndDisturbsNobody() throws Exception {
        attack(
                () -> {
                    RawClient before = null;
                    for (int i = 0; i < 50; i++) {
                        RawClient next = connectEventually();
                        next.send(text("{\"hello\":{\"deviceId\":\"same\"}}"));
                        until(next, "\"welcome\"");
                        if (before != null) {
                            assertThat(closeCode(before), is(4509));
                            before.close();
                        }
                        before = next;
                    }
                });
    }

    /** The places of those that were replaced are free some moments later. */
    private RawClient connectEventually() {
        RawClient[] taken = new RawClient[1];
        eventually(
                "a place",
                LIMIT,
                () -> {
                    taken[0] = client();
                    return connect(taken[0], "mallory", "198.51.100.9") == 101;
                });
        return taken[0];
    }

    private void takenEventually() {
        eventually(
                "there is room",
                LIMIT,
                () -> {
                    RawClient honest = whole.client();
                    int status = connect(honest, "honest", "203.0.113.1");
                    honest.close();
                    return status == 101;
                });
    }

    private int connect(RawClient client, String user, String address) throws IOException {
        return client.upgrade(bearer(user), JSON, "X-Forwarded-For: " + address).status();
    }

    /** The places of one test are no business of the next. */
    @Override
    void leave() throws IOException {
        super.leave();
        eventually("only the bystanders are left", LIMIT, () -> connections() == BYSTANDERS);
    }

    private int connections() throws Exception {
        URI metrics =
                URI.create("http://127.0.0.1:%d/metrics".formatted(whole.server().adminPort()));
        String said =
                http.send(
                                HttpRequest.newBuilder(metrics).build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body();
        return said.lines()
                .filter(line -> line.matches(GAUGE))
                .mapToInt(
                        line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @AfterAll
    void stopAsking() {
        http.shutdownNow();
    }
}
