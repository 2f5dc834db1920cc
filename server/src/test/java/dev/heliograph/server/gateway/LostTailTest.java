package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Subscribed;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelSnapshot;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A failover loses what was acknowledged: every device of the channel is told. */
class LostTailTest {

    private final Channel inbox = Channel.user("default", "alice");

    private GatewayFixture fixture;
    private Gateway gateway;

    @BeforeEach
    void start() {
        fixture = new GatewayFixture();
        gateway = fixture.gateway("one");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void aDeviceAtTheHeadThatSawNothingOfItIsTold_R8() {
        FakeTransport phone = fixture.device(gateway, "alice", "phone");
        subscribe(phone, inbox.path());
        fixture.append(inbox, "a");
        eventually("a", () -> phone.ids().equals(List.of("a")));
        ChannelSnapshot replica = new ChannelSnapshot(fixture.redis, inbox);
        replica.cutOffGateways();
        fixture.append(inbox, "lost");
        replica.failOver();
        // Nothing comes after it: what was lost is told all the same.
        Subscribed told = fork(phone);
        assertThat(told.getNextSeq(), is(2L));
        fixture.append(inbox, "b");
        eventually(() -> "b, got " + phone.ids(), () -> phone.ids().equals(List.of("a", "b")));
    }

    @Test
    void aDeviceThatWasAwayIsToldOfWhatOnlyAGatewayHadSeen_R5() {
        FakeTransport away = fixture.device(gateway, "alice", "away");
        subscribe(away, inbox.path());
        FakeTransport phone = fixture.device(gateway, "alice", "phone");
        subscribe(phone, inbox.path());
        String position;
        try (GatewayFixture.Sender backend = fixture.sender()) {
            backend.append(inbox, "a");
            position = away.await("a", ServerFrame::hasDeliver).getDeliver().getPosition();
            away.lose();
            ChannelSnapshot replica = new ChannelSnapshot(fixture.redis, inbox);
            backend.append(inbox, "lost");
            eventually("lost", () -> phone.ids().equals(List.of("a", "lost")));
            replica.restore();
        }
        // The sender of what was lost is gone too. The next one shows the gateway another log.
        fixture.append(inbox, "b");
        fork(phone);
        eventually(() -> "b, got " + phone.ids(), () -> phone.ids().contains("b"));

        FakeTransport back = fixture.device(gateway, "alice", "away");
        Subscribed answer = subscribe(back, inbox.path(), position);
        assertThat(answer.getOutcome(), is(Outcome.OUTCOME_FORK));
        assertThat(answer.getNextSeq(), is(2L));
        eventually("b", () -> back.ids().equals(List.of("b")));
        back.lose();
        FakeTransport again = fixture.device(gateway, "alice", "away");
        assertThat(
                subscribe(again, inbox.path(), answer.getPosition()).getOutcome(),
                is(Outcome.OUTCOME_OK));
    }

    @Test
    void whatComesAgainAfterALossIsMarkedAsItWasBefore_D7() {
        FakeTransport phone = fixture.device(gateway, "alice", "phone");
        Subscribed begin = subscribe(phone, inbox.path());
        fixture.append(inbox, "a");
        eventually("a", () -> phone.ids().equals(List.of("a")));
        ChannelSnapshot replica = new ChannelSnapshot(fixture.redis, inbox);
        phone.lose();
        replica.cutOffGateways();
        fixture.append(inbox, "lost");
        replica.failOver();
        eventually("the loss is known", replica::isTold);
        FakeTransport back = fixture.device(gateway, "alice", "phone");
        // It had handled a, and was killed before it had saved that.
        assertThat(
                subscribe(back, inbox.path(), begin.getPosition()).getOutcome(),
                is(Outcome.OUTCOME_FORK));
        assertThat(
                back.await("a", ServerFrame::hasDeliver).getDeliver().getRedelivered(), is(true));
    }

    private static Subscribed fork(FakeTransport device) {
        return device.await(
                        "FORK",
                        f ->
                                f.hasSubscribed()
                                        && f.getSubscribed().getOutcome() == Outcome.OUTCOME_FORK)
                .getSubscribed();
    }
}
