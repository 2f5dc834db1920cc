package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import dev.heliograph.proto.device.v1.Ack;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.Priority;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Skip;
import dev.heliograph.proto.device.v1.Subscribed;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.SessionDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A CRITICAL does not wait until a slow device has read what came before it (D-8). */
class OvertakingTest {

    /** Above the soft limit and below the hard one. */
    private static final long SLOW = 300_000;

    private static final AtomicInteger USERS = new AtomicInteger();

    private static GatewayFixture fixture;
    private static Gateway gateway;

    private final String user = "user" + USERS.incrementAndGet();
    private final Channel inbox = Channel.user("default", user);

    @BeforeAll
    static void start() {
        fixture = new GatewayFixture();
        gateway = fixture.gateway("one");
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    private void critical(String id) {
        fixture.append(
                inbox,
                Notification.newBuilder()
                        .setId(id)
                        .setPriority(Priority.PRIORITY_CRITICAL)
                        .setCreateTime(Timestamps.now()));
    }

    private void large(String id) {
        fixture.append(
                inbox,
                Notification.newBuilder()
                        .setId(id)
                        .setPayload(ByteString.copyFrom(new byte[60_000]))
                        .setPriority(Priority.PRIORITY_CRITICAL)
                        .setCreateTime(Timestamps.now()));
    }

    /** A device that has n1 and takes no more, while n2 to n4 and the CRITICAL c5 are stored. */
    private FakeTransport overtaken() {
        FakeTransport slow = fixture.device(gateway, user, "slow");
        subscribe(slow, inbox.path());
        fixture.awaitLive(inbox, slow);
        fixture.append(inbox, "n1");
        awaitIds(slow, "n1");
        slow.stall(SLOW);
        fixture.appendAll(inbox, "n2", "n3", "n4");
        critical("c5");
        awaitIds(slow, "n1", "c5");
        return slow;
    }

    /** The gateway has taken all that is stored: what is in no log comes to it behind that. */
    private void awaitHub() {
        FakeTransport witness = fixture.device(gateway, user, "witness");
        subscribe(witness, inbox.path());
        fixture.awaitLive(inbox, witness);
    }

    private static void awaitIds(FakeTransport device, String... ids) {
        eventually(
                () -> String.join(" ", ids) + ", got " + device.ids(),
                () -> GatewayFixture.ids(device).equals(List.of(ids)));
    }

    private static Deliver deliver(FakeTransport device, String id) {
        return device.await(id, f -> f.getDeliver().getNotification().getId().equals(id))
                .getDeliver();
    }

    private void ack(FakeTransport device, String... ids) {
        device.send(
                ClientFrame.newBuilder()
                        .setAck(Ack.newBuilder().setChannel(inbox.path()).addAllIds(List.of(ids))));
    }

    /** What the frames of a device cover, in order, as D-1 has it. */
    private static List<String> covered(FakeTransport device) {
        List<String> covered = new ArrayList<>();
        for (ServerFrame frame : device.frames()) {
            if (frame.hasDeliver() && !frame.getDeliver().getPosition().isEmpty()) {
                covered.add(Long.toString(frame.getDeliver().getSeq()));
            } else if (frame.hasSkip()) {
                Skip skip = frame.getSkip();
                covered.add(
                        skip.getFromSeq()
                                + "-"
                                + skip.getThroughSeq()
                                + " "
                                + skip.getCounts(0).getReason().name().substring(12));
            }
        }
        return covered;
    }

    @Test
    void overtakesOnceWithItsNumberAndWithoutAPosition_D8() {
        FakeTransport slow = overtaken();
        Deliver ahead = deliver(slow, "c5");
        assertThat(ahead.getOutOfOrder(), is(true));
        assertThat(ahead.getSeq(), is(5L));
        assertThat(ahead.getPosition(), is(""));
        assertThat(ahead.getRedelivered(), is(false));
    }

    @Test
    void whatWasAcknowledgedByItsIdIsSkippedWhenItsTurnComes_D8_A5() {
        FakeTransport slow = overtaken();
        ack(slow, "c5", "unknown");
        slow.drain();
        fixture.append(inbox, "n6");
        awaitIds(slow, "n1", "c5", "n2", "n3", "n4", "n6");
        assertThat(covered(slow), contains("1", "2", "3", "4", "5-5 ALREADY_DELIVERED", "6"));
        Skip skip = slow.await("Skip", ServerFrame::hasSkip).getSkip();
        assertThat(skip.getCounts(0).getCount(), is(1L));
        Subscribed resumed =
                subscribe(fixture.device(gateway, user, "other"), inbox.path(), skip.getPosition());
        assertThat("a Skip's position is one", resumed.getNextSeq(), is(6L));
    }

    @Test
    void whatWasNotAcknowledgedComesAgainWhenItsTurnComes_D8() {
        FakeTransport slow = overtaken();
        slow.drain();
        awaitIds(slow, "n1", "c5", "n2", "n3", "n4", "c5");
        assertThat(covered(slow), contains("1", "2", "3", "4", "5"));
        ack(slow, "c5");
        critical("c6");
        awaitIds(slow, "n1", "c5", "n2", "n3", "n4", "c5", "c6");
        assertThat(
                "at the head nothing is out of order",
                deliver(slow, "c6").getOutOfOrder(),
                is(false));
    }

    @Test
    void severalKeepTheirOrderAndNeighboursShareASkip_D8() {
        FakeTransport slow = overtaken();
        critical("c6");
        fixture.append(inbox, "n7");
        critical("c8");
        awaitIds(slow, "n1", "c5", "c6", "c8");
        ack(slow, "c5", "c6");
        slow.drain();
        awaitIds(slow, "n1", "c5", "c6", "c8", "n2", "n3", "n4", "n7", "c8");
        assertThat(covered(slow), contains("1", "2", "3", "4", "5-6 ALREADY_DELIVERED", "7", "8"));
    }

    @Test
    void aDeviceThatKeepsUpGetsItInOrder_D6() {
        FakeTransport slow = overtaken();
        FakeTransport quick = fixture.device(gateway, user, "quick");
        subscribe(quick, inbox.path());
        awaitIds(quick, "n1", "n2", "n3", "n4", "c5");
        critical("c6");
        awaitIds(quick, "n1", "n2", "n3", "n4", "c5", "c6");
        awaitIds(slow, "n1", "c5", "c6");
        assertThat(
                quick.frames().stream().filter(f -> f.getDeliver().getOutOfOrder()).toList(),
                is(empty()));
    }

    @Test
    void aNewSubscriptionBeginsAnew_D8() {
        FakeTransport slow = overtaken();
        ack(slow, "c5");
        String position = deliver(slow, "n1").getPosition();
        slow.drain();
        subscribe(slow, inbox.path(), position);
        eventually(() -> "c5 again, got " + slow.ids(), () -> slow.ids().getLast().equals("c5"));
    }

    @Test
    void onlySoManyOvertakeAndTheNextOnesWaitForTheirTurn_D8() {
        FakeTransport slow = overtaken();
        for (int i = 1; i < Overtaken.MAX + 10; i++) {
            critical("more" + i);
        }
        fixture.append(inbox, "end");
        eventually(
                "the last to overtake", () -> GatewayFixture.ids(slow).size() == 1 + Overtaken.MAX);
        awaitHub();
        slow.drain();
        eventually("the end", () -> slow.ids().getLast().equals("end"));
        assertThat(covered(slow), hasSize(Overtaken.MAX + 15));
        assertThat(
                slow.frames().stream().filter(f -> f.getDeliver().getOutOfOrder()).toList(),
                hasSize(Overtaken.MAX));
    }

    @Test
    void whoseOutboxIsFullOfCriticalsIsLetGoAndLosesNothing_G2() {
        FakeTransport slow = overtaken();
        List<String> all = new ArrayList<>(List.of("n2", "n3", "n4", "c5"));
        for (int i = 0; i < 10; i++) {
            large("large" + i);
            all.add("large" + i);
        }
        eventually("they overtake", () -> slow.ids().contains("large9"));
        slow.stall(4L * GatewayFixture.CONFIG.outboxSoftLimitBytes() + 1);
        critical("last");
        all.add("last");
        eventually(
                "closed", () -> slow.closeCode() == CloseCode.CLOSE_CODE_SLOW_CONSUMER.getNumber());
        assertThat(slow.ids().contains("last"), is(false));
        slow.lose();
        FakeTransport again = fixture.device(gateway, user, "slow");
        subscribe(again, inbox.path(), deliver(slow, "n1").getPosition());
        awaitIds(again, all.toArray(String[]::new));
    }

    @Test
    void whoseOutboxIsFullOfSomethingElseGetsItInItsTurn_D8() {
        FakeTransport slow = overtaken();
        slow.stall(4L * GatewayFixture.CONFIG.outboxSoftLimitBytes() + 1);
        critical("c6");
        fixture.append(inbox, "n7");
        awaitHub();
        slow.drain();
        awaitIds(slow, "n1", "c5", "n2", "n3", "n4", "c5", "c6", "n7");
        assertThat(slow.closeCode(), is(0));
    }

    @Test
    void aLaterSessionIsToldThatItMayHaveBeenSentWhatOvertook_D7() {
        FakeTransport slow = overtaken();
        String position = deliver(slow, "n1").getPosition();
        fixture.appendAll(inbox, "n6", "n7");
        slow.lose();
        SessionDirectory.Entry anySession = new SessionDirectory.Entry(inbox, "slow", "any", 0);
        eventually(
                "goodbye",
                () -> fixture.log.sessions().memory(anySession).join().text().startsWith("- "));
        FakeTransport again = fixture.device(gateway, user, "slow");
        Subscribed resumed = subscribe(again, inbox.path(), position);
        assertThat(resumed.getRedeliveredThrough(), is(5L));
        assertThat(resumed.getHeadSeq(), is(7L));
        awaitIds(again, "n2", "n3", "n4", "c5", "n6", "n7");
    }

    @Test
    void whatHasExpiredWhenItsTurnComesIsSkippedAsExpired_D5() {
        FakeTransport slow = overtaken();
        fixture.append(
                inbox,
                Notification.newBuilder()
                        .setId("c6")
                        .setPriority(Priority.PRIORITY_CRITICAL)
                        .setCreateTime(Timestamps.now())
                        .setExpireTime(Timestamps.fromMillis(System.currentTimeMillis() - 1)));
        critical("c7");
        awaitIds(slow, "n1", "c5", "c7");
        ack(slow, "c5", "c7");
        slow.drain();
        eventually(() -> "all, got " + covered(slow), () -> covered(slow).size() == 7);
        assertThat(
                covered(slow).subList(4, 7),
                contains("5-5 ALREADY_DELIVERED", "6-6 EXPIRED", "7-7 ALREADY_DELIVERED"));
    }
}
