package dev.heliograph.server.gateway;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeartbeatWheelTest {

    private static final long START = 1_000_000;

    private final HeartbeatWheel wheel =
            new HeartbeatWheel(Duration.ofSeconds(25), Duration.ofSeconds(10), START);
    private long now = START;
    private final List<Long> beats = new ArrayList<>();
    private final List<Long> checks = new ArrayList<>();
    private final HeartbeatWheel.Member member =
            new HeartbeatWheel.Member() {
                @Override
                public void beat() {
                    beats.add(now);
                }

                @Override
                public void check(long beatAtMs) {
                    checks.add(beatAtMs);
                }
            };

    private void turnUntil(long end) {
        for (; now <= end; now += 100) {
            wheel.turn(now);
        }
    }

    @Test
    void beatsOncePerIntervalAndChecksAfterTheTimeout_H1_H2() {
        wheel.add(member);
        turnUntil(START + 100_000);
        assertThat(beats, hasSize(4));
        assertThat(beats.get(1) - beats.get(0), is(25_000L));
        assertThat(checks, is(beats.subList(0, checks.size())));
    }

    @Test
    void aPauseOfTheProcessBeatsOnceAndLeavesTheFullTimeoutForTheAnswer() {
        wheel.add(member);
        wheel.turn(now);
        long resumed = START + 120_000;
        now = resumed;
        wheel.turn(now);
        beats.remove(START);
        assertThat(beats, contains(resumed));
        assertThat(
                "nobody is judged by a Heartbeat that was not sent",
                checks.stream().filter(at -> at != START).toList(),
                is(empty()));
        wheel.turn(resumed + 10_000);
        assertThat(checks.getLast(), is(resumed));
    }

    @Test
    void whoIsRemovedIsLeftAlone() {
        wheel.remove(member, wheel.add(member));
        turnUntil(START + 60_000);
        assertThat(beats, is(empty()));
        assertThat(checks, is(empty()));
    }
}
