package dev.heliograph.server.websocket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import org.junit.jupiter.api.Test;

class ReadPaceTest {

    private static final long SECOND = 1_000_000_000;

    private final ReadPace pace = new ReadPace(SECOND);

    @Test
    void aQuarterOfAMegabyteMayComeAtOnceAndThenOneASecond() {
        assertThat(pace.read(200_000, false, SECOND), is(0L));
        assertThat(pace.read(50_000, false, SECOND), is(0L));
        assertThat(pace.read(1_000, false, SECOND), is(SECOND / 1_000));
        assertThat(pace.read(1_000_000, false, SECOND), is(SECOND + SECOND / 1_000));
    }

    @Test
    void aPauseOfThePeerPaysForWhatItSendsNext() {
        assertThat(pace.read(250_000, false, SECOND), is(0L));
        assertThat(pace.read(100_000, false, SECOND + SECOND / 10), is(0L));
        assertThat(pace.read(250_000, false, 10 * SECOND), is(0L));
        assertThat(pace.read(1, false, 10 * SECOND), is(1_000L));
    }

    @Test
    void whatIsThrownAwayIsReadFastButNotWithoutEnd() {
        int free = 16 << 20;
        assertThat(pace.read(free, true, SECOND), is((free / 64) * 1_000L - SECOND / 4));
        long later = 10 * SECOND;
        assertThat(pace.read(250_000, true, later), is(0L));
        assertThat(pace.read(1_000, true, later), is(SECOND / 1_000));
    }
}
