package dev.heliograph.server.gateway;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Notification;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What has overtaken, and its room (D-8). */
class OvertakenTest {

    private final Overtaken overtaken = new Overtaken();

    private boolean add(long seq, long coveredThrough) {
        return overtaken.add(
                Deliver.newBuilder()
                        .setNotification(Notification.newBuilder().setId("n" + seq))
                        .build(),
                seq,
                coveredThrough);
    }

    @Test
    void whatExpiredBeforeItsTurnTakesNoRoomFromThoseThatCome() {
        for (int seq = 1; seq <= Overtaken.MAX; seq++) {
            assertThat(add(seq, 0), is(true));
        }
        assertThat(add(Overtaken.MAX + 1, 0), is(false));
        // None of the first two was delivered in its turn.
        assertThat(add(Overtaken.MAX + 1, 2), is(true));
        assertThat(add(Overtaken.MAX + 2, 2), is(true));
        assertThat(add(Overtaken.MAX + 3, 2), is(false));
    }

    @Test
    void whatTheDeviceHasHandledIsToldOnce() {
        add(5, 0);
        assertThat(add(5, 0), is(false));
        overtaken.handled(List.of("n5", "unknown"));
        assertThat(overtaken.take("n5"), is(true));
        assertThat(overtaken.take("n5"), is(false));
        assertThat(overtaken.take("unknown"), is(false));
        assertThat(overtaken.throughSeq(), is(5L));
    }
}
