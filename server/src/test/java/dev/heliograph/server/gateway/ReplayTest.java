package dev.heliograph.server.gateway;

import static dev.heliograph.server.gateway.GatewayFixture.subscribe;
import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.proto.device.v1.Subscribed;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelSnapshot;
import io.helidon.metrics.api.Counter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Tag;
import io.helidon.service.registry.Services;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Devices that come back to a gateway: what they get, and how often the log is read for them. */
class ReplayTest {

    private final Channel topic = Channel.topic("default", "news");

    private GatewayFixture fixture;
    private Gateway gateway;
    private FakeTransport watcher;

    @BeforeEach
    void start() {
        fixture = new GatewayFixture();
        gateway = fixture.gateway("one");
        watcher = device("watcher");
        subscribe(watcher, topic.path());
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private FakeTransport device(String user) {
        return fixture.device(gateway, user, user, "news");
    }

    static long pages(String source) {
        return Services.get(MeterRegistry.class)
                .meter(
                        Counter.class,
                        "heliograph_replay_reads",
                        List.of(Tag.create("source", source)))
                .orElseThrow()
                .count();
    }

    private String positionOf(FakeTransport device, String id) {
        return device.await(
                        id,
                        frame ->
                                frame.hasDeliver()
                                        && frame.getDeliver().getNotification().getId().equals(id))
                .getDeliver()
                .getPosition();
    }

    @Test
    void whoComesToALiveChannelGetsWhatItLacksWithoutAReadOfTheLog_R4() {
        FakeTransport phone = device("phone");
        subscribe(phone, topic.path());
        fixture.append(topic, "a");
        String position = positionOf(phone, "a");
        phone.lose();
        FakeTransport tablet = device("tablet");
        subscribe(tablet, Subscribe.newBuilder().setChannel(topic.path()));
        fixture.appendAll(topic, "b", "c");
        eventually("c", () -> watcher.ids().equals(List.of("a", "b", "c")));
        long before = pages("log");

        FakeTransport again = device("other-phone");
        Subscribed subscribed = subscribe(again, topic.path(), position);
        assertThat(subscribed.getOutcome(), is(Outcome.OUTCOME_OK));
        assertThat(subscribed.getNextSeq(), is(2L));
        assertThat(subscribed.getHeadSeq(), is(3L));
        fixture.append(topic, "d");
        eventually(
                () -> "b to d, got " + again.ids(),
                () -> again.ids().equals(List.of("b", "c", "d")));
        FakeTransport fresh = device("fresh");
        subscribe(fresh, Subscribe.newBuilder().setChannel(topic.path()));
        fixture.append(topic, "e");
        eventually("e", () -> fresh.ids().equals(List.of("e")));
        assertThat(pages("log"), is(before));
    }

    @Test
    void aDefectEndsTheSessionRatherThanLeavingItWithoutWhatItWaitsFor() {
        fixture.appendAll(topic, "a", "b", "c");
        FakeTransport phone = device("phone");
        phone.breakAt(frame -> frame.hasDeliver() && frame.getDeliver().getSeq() == 2);
        String first = subscribe(phone, topic.path()).getChannel();
        eventually("closed", () -> phone.closeCode() == 1011);
        assertThat(phone.ids(), is(List.of("a")));

        FakeTransport again = device("phone");
        subscribe(again, first, positionOf(phone, "a"));
        eventually("the rest", () -> again.ids().equals(List.of("b", "c")));

        // And when it has been answered, and reads on.
        again.breakAt(frame -> frame.hasDeliver() && frame.getDeliver().getSeq() == 4);
        again.stall();
        fixture.appendAll(topic, "d", "e");
        eventually("the others have it", () -> watcher.ids().size() == 5);
        again.drain();
        eventually("closed, too", () -> again.closeCode() == 1011);
        assertThat(again.ids(), is(List.of("b", "c")));
    }

    @Test
    void aStormOfDevicesThatComeBackToATopicIsAFewReads() {
        fixture.append(topic, "a");
        String position = positionOf(watcher, "a");
        for (int i = 1; i <= 300; i++) {
            fixture.append(topic, "n" + i);
        }
        eventually("all", () -> watcher.ids().size() == 301);
        watcher.lose();
        // Another gateway, which has nothing of it yet.
        gateway = fixture.gateway("two");
        long before = pages("log");
        List<FakeTransport> devices = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            FakeTransport device = device("u" + i);
            devices.add(device);
            device.send(
                    "{\"subscribe\":{\"channel\":\"topic/news\",\"subId\":1,\"position\":\"%s\"}}"
                            .formatted(position));
        }
        for (FakeTransport device : devices) {
            eventually(() -> "all, got " + device.seqs().size(), () -> device.seqs().size() == 300);
            assertThat(device.seqs().getFirst(), is(2L));
            assertThat(device.seqs().getLast(), is(301L));
        }
        // Three pages each; which devices share depends on who comes when.
        assertThat(pages("log") - before, is(lessThan(500L)));
    }

    @Test
    void whatALogHasLostIsNotAnsweredFromWhatTheGatewayHad_R5() {
        FakeTransport phone = device("phone");
        subscribe(phone, topic.path());
        fixture.appendAll(topic, "a", "b");
        positionOf(phone, "b");
        ChannelSnapshot replica = new ChannelSnapshot(fixture.redis, topic);
        fixture.appendAll(topic, "lost", "lost too");
        String position = positionOf(phone, "lost");
        positionOf(phone, "lost too");
        positionOf(watcher, "lost too");
        replica.failOver();
        for (FakeTransport device : List.of(phone, watcher)) {
            device.await(
                    "is told",
                    f ->
                            f.hasSubscribed()
                                    && f.getSubscribed().getOutcome() == Outcome.OUTCOME_FORK);
        }
        FakeTransport again = device("again");
        assertThat(subscribe(again, topic.path(), position).getOutcome(), is(Outcome.OUTCOME_FORK));
        fixture.append(topic, "c");
        eventually(
                () -> "all that is left, got " + again.ids(),
                () -> again.ids().equals(List.of("a", "b", "c")));
    }

    @Test
    void whatADeviceMayHaveBeenSentIsAskedOfTheLogWhereNobodyKnows_D7() {
        FakeTransport phone = device("phone");
        subscribe(phone, topic.path());
        fixture.appendAll(topic, "a", "b");
        String position = positionOf(phone, "a");
        positionOf(phone, "b");
        positionOf(watcher, "b");
        long before = pages("log");
        // The session before still stands.
        FakeTransport again = device("phone");
        assertThat(subscribe(again, topic.path(), position).getRedeliveredThrough(), is(2L));
        eventually("b", () -> again.ids().equals(List.of("b")));
        assertThat(pages("log"), is(before + 1));
    }
}
