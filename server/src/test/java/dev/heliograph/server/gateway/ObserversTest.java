package dev.heliograph.server.gateway;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The turns of those who wait. */
class ObserversTest {

    private boolean delayed = true;
    private final Observers observers = new Observers(() -> delayed);

    private Subscription add(String connectionId) {
        Subscription subscription = new Subscription(null, null, 1);
        observers.add(subscription, connectionId);
        return subscription;
    }

    private List<List<Subscription>> round() {
        return LongStream.range(0, Observers.EVERY_MS / Observers.SLOT_MS)
                .mapToObj(_ -> observers.turn())
                .toList();
    }

    @Test
    void eachHasOneTurnInARoundAndThoseOfASessionHaveTheSame() {
        Subscription inbox = add("a session");
        Subscription topic = add("a session");
        List<List<Subscription>> turns = round().stream().filter(it -> !it.isEmpty()).toList();
        assertThat(turns, is(List.of(List.of(inbox, topic))));
        assertThat(observers.count(), is(0));
        assertThat(new HashSet<>(round()), is(Set.of(List.of())));
    }

    @Test
    void manySessionsAreSpreadOverTheRound() {
        for (int i = 0; i < 10_000; i++) {
            add(Long.toHexString(i * 0x9E3779B97F4A7C15L));
        }
        assertThat(observers.count(), is(10_000));
        // 200 each, on average.
        int most = round().stream().mapToInt(List::size).max().orElseThrow();
        assertThat("at most " + most + " in a turn", most < 400, is(true));
    }

    @Test
    void allAreReleasedAtOnceButNotWhileTheyAreToWait() {
        List<Subscription> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(add("session " + i));
        }
        assertThat(observers.release(), is(empty()));
        delayed = false;
        assertThat(observers.release(), containsInAnyOrder(all.toArray(Subscription[]::new)));
        assertThat(observers.count(), is(0));
    }
}
