package dev.heliograph.server.attack;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static dev.heliograph.server.websocket.WireFrames.text;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import com.google.protobuf.ByteString;
import dev.heliograph.proto.notify.v1.Content;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import dev.heliograph.proto.notify.v1.Target;
import dev.heliograph.server.testkit.TestDevice;
import dev.heliograph.server.testkit.TestStream;
import dev.heliograph.server.websocket.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Devices that ask for much and read nothing. */
class SlowReadersTest extends AttackFamily {

    private static final int ATTACKERS = 8;

    /** More than the kernel, the outbox and its soft limit hold. */
    private static final int NOTIFICATIONS = 80;

    private static final int PAYLOAD_BYTES = 12_000;
    private static final int RECEIVE_BUFFER = 2_048;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Override
    String title() {
        return "Slow readers";
    }

    @Override
    String[] settings() {
        return new String[] {"gateway.stall-timeout", "2s"};
    }

    @Test
    void g2ThoseOfATopicAreLetGoWhileItsOtherReadersGetAll() throws Exception {
        attack(
                () -> {
                    try (TestDevice reader = whole.device("reader", "phone")) {
                        reader.subscribe("topic/news");
                        List<RawClient> attackers = new ArrayList<>();
                        for (int i = 0; i < ATTACKERS; i++) {
                            attackers.add(subscribed("topic" + i));
                        }
                        List<String> sent = new ArrayList<>();
                        for (int i = 0; i < NOTIFICATIONS; i++) {
                            sent.add(notify(Target.newBuilder().setTopic("news")));
                        }
                        eventually(
                                () -> sent.size() + " are there, not " + reader.ids().size(),
                                LIMIT,
                                () -> reader.ids().size() >= sent.size());
                        assertThat(reader.ids(), is(sent));
                        assertThat(reader.closeCode(), is(0));
                        eventually(
                                "their sessions have ended",
                                LIMIT,
                                () -> connected("mallory") == 0);
                        for (RawClient attacker : attackers) {
                            assertThat(closeCode(attacker), anyOf(is(4008), is(LOST)));
                        }
                    }
                });
    }

    @Test
    void g2OneThatReadsNoAnswersToWhatIsRefusedIsLetGo() throws Exception {
        attack(
                () -> {
                    RawClient attacker = welcomed("mallory", "refused", RECEIVE_BUFFER);
                    byte[] refused =
                            text(
                                    "{\"unsubscribe\":{\"channel\":\"topic/"
                                            + "x".repeat(10_000)
                                            + "\"}}");
                    eventually(
                            "it is let go",
                            LIMIT,
                            () -> {
                                try {
                                    attacker.send(refused);
                                    return false;
                                } catch (IOException e) {
                                    return true;
                                }
                            });
                });
    }

    @Test
    void g2OneThatReadsOctetByOctetHoldsNobodyUp() throws Exception {
        attack(
                () -> {
                    RawClient attacker = subscribed("trickle");
                    for (int i = 0; i < NOTIFICATIONS; i++) {
                        notify(Target.newBuilder().setTopic("news"));
                    }
                    bystanders.getSome();
                    assertThat(attacker.frame(), startsWith("text {\"deliver\""));
                    bystanders.getSome();
                });
    }

    @Test
    void s6AnEventStreamThatIsNotReadIsLetGo() throws Exception {
        attack(
                () -> {
                    List<TestStream> attackers = new ArrayList<>();
                    for (int i = 0; i < ATTACKERS; i++) {
                        attackers.add(
                                whole.silentStream(
                                        "mallory",
                                        "?device=s" + i + "&channel=topic/news&start=EARLIEST",
                                        RECEIVE_BUFFER));
                    }
                    for (int i = 0; i < NOTIFICATIONS; i++) {
                        notify(Target.newBuilder().setTopic("news"));
                    }
                    eventually("their sessions have ended", LIMIT, () -> connected("mallory") == 0);
                    for (TestStream attacker : attackers) {
                        attacker.close();
                    }
                });
    }

    private RawClient subscribed(String device) throws IOException {
        RawClient attacker = welcomed("mallory", device, RECEIVE_BUFFER);
        attacker.send(text("{\"subscribe\":{\"channel\":\"topic/news\",\"subId\":1}}"));
        assertThat(attacker.frame(), startsWith("text {\"subscribed\""));
        return attacker;
    }

    /** How many sessions of a user the directory knows. */
    private long connected(String user) {
        return whole.redis().commands().keys("*u:default/" + user).stream()
                .flatMap(key -> whole.redis().commands().hvals(key).stream())
                .filter(entry -> !entry.startsWith("-"))
                .count();
    }

    private String notify(Target.Builder target) {
        return whole.producer()
                .api(whole.token("backend"))
                .notify(
                        NotifyRequest.newBuilder()
                                .setTarget(target)
                                .setContent(
                                        Content.newBuilder()
                                                .setType("large")
                                                .setPayload(
                                                        ByteString.copyFrom(
                                                                new byte[PAYLOAD_BYTES])))
                                .build())
                .getResults(0)
                .getStored()
                .getNotificationId();
    }
}
