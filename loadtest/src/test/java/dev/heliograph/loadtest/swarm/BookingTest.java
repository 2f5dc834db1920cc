package dev.heliograph.loadtest.swarm;

import static dev.heliograph.loadtest.swarm.Booking.Entry.DUPLICATE;
import static dev.heliograph.loadtest.swarm.Booking.Entry.FRESH;
import static dev.heliograph.loadtest.swarm.Booking.Entry.LATE;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is booked as what. */
class BookingTest {

    private final Booking booking = new Booking(2);

    private List<Integer> outstanding(int count) {
        List<Integer> found = new ArrayList<>();
        booking.outstanding(1, count, found::add);
        return found.stream().sorted().toList();
    }

    private void bookAll(int from, int to) {
        for (int number = from; number < to; number++) {
            assertThat(booking.book(1, number), is(FRESH));
        }
    }

    @Test
    void whatComesInOrderIsFresh() {
        bookAll(0, 1_000);
        assertThat(outstanding(1_000), is(List.of()));
        assertThat(booking.missing(), is(0L));
    }

    @Test
    void whatComesTwiceIsADuplicate() {
        bookAll(0, 200);
        for (int number : List.of(199, 150, 136, 135, 0)) {
            assertThat(booking.book(1, number), is(DUPLICATE));
        }
    }

    @Test
    void whatIsOvertakenWithinTheWindowIsNotMissing() {
        bookAll(1, Booking.WINDOW);
        assertThat(booking.missing(), is(0L));
        assertThat(outstanding(Booking.WINDOW), is(List.of(0)));
        assertThat(booking.book(1, 0), is(FRESH));
        assertThat(outstanding(Booking.WINDOW), is(List.of()));
    }

    @Test
    void whatIsOvertakenByMoreIsMissingAndThenLate() {
        bookAll(1, Booking.WINDOW + 1);
        assertThat(booking.missing(), is(1L));
        assertThat(outstanding(Booking.WINDOW), is(List.of(0)));
        assertThat(booking.book(1, 0), is(LATE));
        assertThat(booking.missing(), is(0L));
        assertThat(booking.book(1, 0), is(DUPLICATE));
    }

    @Test
    void aLongGapIsListedAndTheMissingTailToo() {
        bookAll(0, 10);
        bookAll(500, 502);
        assertThat(outstanding(504).size(), is(490 + 2));
        assertThat(booking.missing(), is(490L - (Booking.WINDOW - 2)));
        assertThat(booking.book(1, 250), is(LATE));
        assertThat(outstanding(504).contains(250), is(false));
        assertThat(outstanding(504).contains(251), is(true));
    }

    @Test
    void agreesWithASetOverAnyOrder() {
        Random random = new Random(7);
        BitSet seen = new BitSet();
        for (int i = 0; i < 20_000; i++) {
            int number = i / 2 + random.nextInt(random.nextInt(10) == 0 ? 300 : 20);
            Booking.Entry entry = booking.book(1, number);
            assertThat(entry == DUPLICATE, is(seen.get(number)));
            seen.set(number);
        }
        List<Integer> expected = new ArrayList<>();
        for (int n = seen.nextClearBit(0); n < 10_400; n = seen.nextClearBit(n + 1)) {
            expected.add(n);
        }
        assertThat(outstanding(10_400), is(expected));
    }
}
