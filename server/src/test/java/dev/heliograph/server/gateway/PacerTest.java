package dev.heliograph.server.gateway;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How fast a gateway's channels register anew, counted by a clock of the test's own. */
class PacerTest {

    private static final int CHANNELS = 18_000;

    private record Due(long atMs, Runnable task) {}

    private final PriorityQueue<Due> due =
            new PriorityQueue<>((a, b) -> Long.compare(a.atMs, b.atMs));
    private final List<Long> startedAtMs = new ArrayList<>();
    private final List<Integer> order = new ArrayList<>();
    private long nowMs;

    private final Pacer pacer =
            new Pacer((delayMs, task) -> due.add(new Due(nowMs + delayMs, task)), Runnable::run);

    private List<Runnable> tasks(int first, int count) {
        return IntStream.range(first, first + count)
                .<Runnable>mapToObj(
                        i ->
                                () -> {
                                    order.add(i);
                                    startedAtMs.add(nowMs);
                                })
                .toList();
    }

    private void runAll() {
        for (Due next = due.poll(); next != null; next = due.poll()) {
            nowMs = next.atMs;
            next.task.run();
        }
    }

    @Test
    void allChannelsOfAFullGatewayRegisterAnewAtFiveToTenThousandASecond() {
        pacer.add(tasks(0, CHANNELS));
        runAll();
        assertThat(new HashSet<>(order), hasSize(CHANNELS));
        double perSecond = CHANNELS * 1_000.0 / nowMs;
        assertThat(perSecond, allOf(greaterThanOrEqualTo(5_000.0), lessThanOrEqualTo(10_000.0)));
        int from = 0;
        for (int i = 0; i < CHANNELS; i++) {
            while (startedAtMs.get(i) - startedAtMs.get(from) > 100) {
                from++;
            }
            assertThat("within 100 ms", i - from, lessThanOrEqualTo(1_300));
        }
    }

    @Test
    void gatewaysDoNotComeWithTheSameChannelsAtTheSameTime() {
        pacer.add(tasks(0, CHANNELS));
        runAll();
        assertThat(order, not(IntStream.range(0, CHANNELS).boxed().toList()));
    }

    @Test
    void whatComesLaterIsPacedTogetherWithWhatWaits() {
        pacer.add(tasks(0, CHANNELS));
        pacer.add(tasks(CHANNELS, CHANNELS));
        assertThat(order.size(), is(Pacer.SLICE));
        runAll();
        assertThat(new HashSet<>(order), hasSize(2 * CHANNELS));
        double perSecond = 2 * CHANNELS * 1_000.0 / nowMs;
        assertThat(perSecond, lessThanOrEqualTo(10_000.0));
        pacer.add(tasks(0, 1));
        assertThat("a lone one does not wait", order.size(), is(2 * CHANNELS + 1));
    }
}
