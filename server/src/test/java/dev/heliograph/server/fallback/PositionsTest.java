package dev.heliograph.server.fallback;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Heartbeat;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.server.websocket.HttpDoor.Refused;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PositionsTest {

    private static final String ONE = "0123456789abcdef.1.1-0.00000001";
    private static final String TWO = "0123456789abcdef.2.2-0.00000002";

    @Test
    void s3TheIdOfOneChannelIsItsPosition() throws Exception {
        Positions positions = new Positions(List.of(subscribe("user/alice", "")));
        assertThat(positions.cover(deliver("user/alice", ONE)), is(true));
        assertThat(positions.eventId(), is(ONE));
        assertThat(Positions.parse(ONE, List.of("user/alice")), is(Map.of("user/alice", ONE)));
    }

    @Test
    void s3TheIdOfSeveralHoldsWhatWasAskedForUntilItIsCovered() throws Exception {
        List<String> channels = List.of("user/alice", "topic/news", "topic/new");
        Positions positions =
                new Positions(
                        List.of(
                                subscribe("user/alice", ONE),
                                subscribe("topic/news", ONE),
                                subscribe("topic/new", "")));
        positions.cover(deliver("topic/news", TWO));
        Map<String, String> read = Positions.parse(positions.eventId(), channels);
        assertThat(read, is(Map.of("user/alice", ONE, "topic/news", TWO)));
        assertThat(
                Positions.parse(positions.eventId(), List.of("topic/other", "topic/news")),
                is(Map.of("topic/news", TWO)));
    }

    @Test
    void aHeartbeatMovesNothing() {
        Positions positions = new Positions(List.of(subscribe("user/alice", ONE)));
        ServerFrame heartbeat =
                ServerFrame.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()).build();
        assertThat(positions.cover(heartbeat), is(false));
    }

    @Test
    void s3ADeliverWithoutAPositionMovesNothing() {
        Positions positions = new Positions(List.of(subscribe("user/alice", ONE)));
        assertThat(positions.cover(deliver("user/alice", "")), is(false));
        assertThat(positions.eventId(), is(ONE));
    }

    @Test
    void s4WhatIsNoEventIdIsRefused() {
        for (String text : List.of("", ",", ONE + "," + TWO, "hash:" + ONE + ",", "hash:x")) {
            assertThrows(Refused.class, () -> Positions.parse(text, List.of("a", "b")), text);
        }
    }

    private static Subscribe subscribe(String channel, String position) {
        return Subscribe.newBuilder().setChannel(channel).setPosition(position).build();
    }

    private static ServerFrame deliver(String channel, String position) {
        return ServerFrame.newBuilder()
                .setDeliver(Deliver.newBuilder().setChannel(channel).setPosition(position))
                .build();
    }
}
