package dev.heliograph.loadtest.swarm;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who subscribes to what, how fast devices come, and what cannot be. */
class PlansTest {

    private static SwarmPlan plan(int devices) {
        return SwarmPlan.of("heliograph", List.of("127.0.0.1:1"), Path.of("jwks.json"), devices);
    }

    @Test
    void topicsAreSpreadEvenlyAndEachDeviceKnowsItsPlaces() {
        TopicPlan topics = new TopicPlan(2, 10, 3);
        int[] subscribers = new int[topics.count()];
        for (int device = 0; device < 100; device++) {
            for (int place = 0; place < topics.perDevice(); place++) {
                int topic = topics.topic(device, place);
                subscribers[topic]++;
                assertThat(topics.place(device, topic), is(place));
            }
            for (int topic = 0; topic < topics.count() + 2; topic++) {
                int place = topics.place(device, topic);
                assertThat(place < 0 || topics.topic(device, place) == topic, is(true));
            }
        }
        assertThat(subscribers, is(new int[] {100, 100, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30}));
    }

    @Test
    void aRampRisesEvenlyFromOneRateToTheOther() {
        RampPlan ramp = new RampPlan(500, 3_000, Duration.ZERO);
        assertThat(ramp.length(35_000), is(Duration.ofSeconds(20)));
        long second = 1_000_000_000L;
        assertThat(ramp.due(35_000, 0), is(0));
        assertThat(ramp.due(35_000, second), is(562));
        assertThat(ramp.due(35_000, 19 * second), is(35_000 - 2_938));
        assertThat(ramp.due(35_000, 20 * second), is(35_000));
        assertThat(ramp.due(35_000, 90 * second), is(35_000));
    }

    @Test
    void asFewProcessesAsCanHoldTheDevices() {
        assertThat(plan(18_000).processes(), is(1));
        assertThat(plan(18_001).processes(), is(2));
        assertThat(plan(100_000).processes(), is(6));
        assertThat(
                assertThrows(IllegalArgumentException.class, () -> plan(100_000).withProcesses(5))
                        .getMessage(),
                containsString("at most 18000 each"));
    }

    @Test
    void whatHasNoRoomForAHeaderIsNoPayload() {
        assertThat(
                assertThrows(IllegalArgumentException.class, () -> plan(1).withPayloadBytes(10))
                        .getMessage(),
                containsString("24"));
    }
}
