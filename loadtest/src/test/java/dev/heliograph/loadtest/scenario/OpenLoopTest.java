package dev.heliograph.loadtest.scenario;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.is;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenLoopTest {

    private static final double MS = 1e6;

    private final List<Long> due = new ArrayList<>();

    @Test
    void keepsItsScheduleWhateverAShotTakes() {
        OpenLoop.run(
                10,
                30,
                1_000,
                (number, dueNanos) -> {
                    due.add(dueNanos);
                    long end = System.nanoTime() + 2_000_000;
                    while (System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                });

        assertThat(due.size(), is(20));
        assertThat((due.getLast() - due.getFirst()) / MS, is(closeTo(19, 0.001)));
    }

    @Test
    void aRampEndsAtTheFullRate() {
        OpenLoop.ramp(0, 100, 1_000, (number, dueNanos) -> due.add(dueNanos));

        assertThat((due.getLast() - due.getFirst()) / MS, is(closeTo(199, 1)));
        assertThat((due.get(99) - due.get(98)) / MS, is(closeTo(1, 0.05)));
        assertThat((due.get(25) - due.getFirst()) / MS, is(closeTo(100, 0.1)));
    }
}
