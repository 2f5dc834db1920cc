package dev.heliograph.server.attack;

import static dev.heliograph.server.websocket.WireFrames.text;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.WholeServer;
import dev.heliograph.server.websocket.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Subscriptions that cost the gateway more than the device. */
class SubscriptionsTest extends AttackFamily {

    private static final int MOST = 20;
    private static final int ATTACKERS = 10;
    private static final int LOG = 300;

    /** Below what a device may send at once. */
    private static final int ROUNDS = 150;

    @Override
    String title() {
        return "Subscription bombs";
    }

    @Override
    String[] settings() {
        return new String[] {"gateway.max-subscriptions", String.valueOf(MOST)};
    }

    @Test
    void r1MoreThanMayBeAreRefused() throws Exception {
        attack(
                () -> {
                    for (int i = 0; i < ATTACKERS; i++) {
                        RawClient attacker = device("bomb" + i);
                        for (int topic = 1; topic <= 10 * MOST; topic++) {
                            attacker.send(subscribe("topic/" + i + "-" + topic, topic, ""));
                        }
                        int subscribed = 0;
                        for (int topic = 1; topic <= 10 * MOST; topic++) {
                            String answer = attacker.frame();
                            if (answer.startsWith("text {\"subscribed\"")) {
                                subscribed++;
                            } else if (!answer.contains("ERROR_CODE_UNAVAILABLE")) {
                                assertThat(
                                        answer,
                                        containsString("ERROR_CODE_TOO_MANY_SUBSCRIPTIONS"));
                            }
                        }
                        assertThat(subscribed <= MOST, is(true));
                        assertThat(subscribed, is(greaterThan(0)));
                    }
                });
    }

    @Test
    void r2OneThatIsReplacedAgainAndAgainIsOne() throws Exception {
        attack(
                () -> {
                    RawClient attacker = device("again");
                    for (int subId = 1; subId <= ROUNDS; subId++) {
                        attacker.send(subscribe("topic/again", subId, ""));
                    }
                    until(attacker, "\"subId\":" + ROUNDS);
                });
    }

    @Test
    void r10OnesThatComeAndGoLeaveNothing() throws Exception {
        attack(
                () -> {
                    RawClient attacker = device("churn");
                    for (int subId = 1; subId <= ROUNDS; subId++) {
                        attacker.send(
                                subscribe("topic/churn" + subId, subId, ""),
                                text(
                                        "{\"unsubscribe\":{\"channel\":\"topic/churn"
                                                + subId
                                                + "\"}}"));
                    }
                    attacker.send(subscribe("topic/last", ROUNDS + 1, ""));
                    until(attacker, "\"subId\":" + (ROUNDS + 1));
                });
    }

    @Test
    void r4ReplaysOfAWholeLogByManyDevicesHoldNobodyUp() throws Exception {
        for (int i = 0; i < LOG; i++) {
            whole.producer().notify(whole.token("backend"), "mallory");
        }
        attack(
                () -> {
                    List<RawClient> attackers = new ArrayList<>();
                    for (int i = 0; i < ATTACKERS; i++) {
                        attackers.add(device("replay" + i));
                    }
                    for (int subId = 1; subId <= 5; subId++) {
                        for (RawClient attacker : attackers) {
                            attacker.send(
                                    subscribe(
                                            "user/mallory",
                                            subId,
                                            ",\"start\":\"START_EARLIEST\""));
                        }
                    }
                    for (RawClient attacker : attackers) {
                        until(attacker, "\"seq\":\"" + LOG + "\"");
                    }
                });
    }

    @Test
    void r6PositionsOfOnesOwnMakingAreRefusedOrReset() throws Exception {
        attack(
                () -> {
                    RawClient attacker = device("forger");
                    List<String> forged =
                            List.of(
                                    "x",
                                    "0123456789abcdef.1.1-0.00000000",
                                    "0123456789abcdef.9223372036854775807.9223372036854775807-9.ffffffff",
                                    "0123456789abcdef.-1.1-0.00000000",
                                    "0123456789abcdef.1.18446744073709551616-0.00000000",
                                    "{0}.1.1-0.00000000",
                                    "0123456789abcdef.1.1-0.00000000\\u0000",
                                    "x".repeat(10_000));
                    for (int i = 0; i < forged.size(); i++) {
                        attacker.send(
                                subscribe(
                                        "user/mallory",
                                        i + 1,
                                        ",\"position\":\"" + forged.get(i) + "\""));
                        String answer = until(attacker, "\"subId\":" + (i + 1));
                        assertThat(
                                answer,
                                answer.contains("ERROR_CODE_INVALID_POSITION")
                                        || answer.contains("\"subscribed\""),
                                is(true));
                    }
                });
    }

    /** A welcomed one whose token allows every topic. */
    private RawClient device(String name) throws IOException {
        RawClient device = client();
        String claims =
                WholeServer.claims("mallory", "heliograph", "heliograph", 600)
                        .replace("\"news\"", "\"*\"");
        assertThat(
                device.upgrade("Authorization: Bearer " + whole.rsa().token(claims), JSON).status(),
                is(101));
        device.send(text("{\"hello\":{\"deviceId\":\"" + name + "\"}}"));
        until(device, "\"welcome\"");
        return device;
    }

    private static byte[] subscribe(String channel, int subId, String more) {
        return text(
                "{\"subscribe\":{\"channel\":\"%s\",\"subId\":%d%s}}"
                        .formatted(channel, subId, more));
    }
}
