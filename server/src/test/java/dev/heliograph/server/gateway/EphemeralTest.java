package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import com.google.protobuf.util.Timestamps;
import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.log.v1.Envelope;
import dev.heliograph.server.log.Channel;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is in no log: for whom is at the head at this moment (D-9). */
class EphemeralTest {

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

    private int send(String id) {
        Notification notification =
                Notification.newBuilder()
                        .setId(id)
                        .setCreateTime(Timestamps.now())
                        .setEphemeral(true)
                        .build();
        return fixture.log
                .appender()
                .send(
                        inbox,
                        Envelope.newBuilder().setNotification(notification).build().toByteArray())
                .join();
    }

    private static void awaitIds(FakeTransport device, String... ids) {
        eventually(
                () -> String.join(" ", ids) + ", got " + device.ids(),
                () -> device.ids().equals(java.util.List.of(ids)));
    }

    @Test
    void keepsItsPlaceAmongWhatIsStoredAndTakesNoNumber_D9() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        subscribe(phone, inbox.path());
        fixture.append(inbox, "n1");
        assertThat(send("typing"), is(1));
        fixture.append(inbox, "n2");
        awaitIds(phone, "n1", "typing", "n2");
        Deliver typing =
                phone.await("typing", f -> f.getDeliver().getNotification().getEphemeral())
                        .getDeliver();
        assertThat(typing.getSeq(), is(0L));
        assertThat(typing.getPosition(), is(""));
        assertThat(phone.seqs(), contains(1L, 0L, 2L));
    }

    @Test
    void isNotForWhoIsSlowOrComesLater_D9() {
        FakeTransport slow = fixture.device(gateway, user, "slow");
        FakeTransport quick = fixture.device(gateway, user, "quick");
        subscribe(slow, inbox.path());
        subscribe(quick, inbox.path());
        fixture.append(inbox, "n1");
        awaitIds(slow, "n1");
        slow.stall();
        send("typing");
        fixture.append(inbox, "n2");
        awaitIds(quick, "n1", "typing", "n2");
        send("typing on");
        awaitIds(quick, "n1", "typing", "n2", "typing on");
        slow.drain();
        awaitIds(slow, "n1", "n2");
        FakeTransport late = fixture.device(gateway, user, "late");
        subscribe(late, inbox.path());
        awaitIds(late, "n1", "n2");
        send("typing again");
        awaitIds(slow, "n1", "n2", "typing again");
        awaitIds(late, "n1", "n2", "typing again");
    }

    @Test
    void goesToEachGatewayThatHasADeviceAndTellsHowMany() {
        Gateway other = fixture.gateway("two");
        assertThat("nobody is there", send("unheard"), is(0));
        FakeTransport phone = fixture.device(gateway, user, "phone");
        FakeTransport laptop = fixture.device(other, user, "laptop");
        subscribe(phone, inbox.path());
        subscribe(laptop, inbox.path());
        assertThat(send("typing"), is(2));
        awaitIds(phone, "typing");
        awaitIds(laptop, "typing");
    }

    @Test
    void anEnvelopeThatCannotBeReadHoldsUpNothing() {
        FakeTransport phone = fixture.device(gateway, user, "phone");
        subscribe(phone, inbox.path());
        assertThat(fixture.log.appender().send(inbox, new byte[] {-1}).join(), is(1));
        fixture.append(inbox, "n1");
        awaitIds(phone, "n1");
        assertThat(phone.frames().stream().anyMatch(ServerFrame::hasError), is(false));
    }
}
