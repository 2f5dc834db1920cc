package dev.heliograph.client.device;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import com.google.protobuf.ByteString;
import dev.heliograph.client.Priority;
import dev.heliograph.client.device.DeliveryWindow.Notified;
import dev.heliograph.client.device.DeliveryWindow.Passed;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small parts behind a subscription: window, ids, liveness. */
class WindowPartsTest {

    @Test
    void windowGivesPositionsInOrderAndNamesWhatItDropped() {
        DeliveryWindow window = new DeliveryWindow();
        window.add(notified("a", 1));
        window.add(new Passed("p-skip"));
        window.add(notified("b", 1));

        assertThat(window.complete(), is("p-a"));
        assertThat(window.complete(), is("p-skip"));
        assertThat(window.abandon(), contains("b"));
        assertThat(window.head(), is(Optional.empty()));
    }

    @ParameterizedTest(name = "{0} entries of {1} bytes: full {2}")
    @CsvSource({"255, 100, false", "256, 100, true", "15, 65536, false", "16, 65536, true"})
    void windowIsBoundedInEntriesAndBytes(int entries, int bytes, boolean full) {
        DeliveryWindow window = new DeliveryWindow();
        for (int i = 0; i < entries; i++) {
            window.add(notified("n" + i, bytes));
        }
        assertThat(window.isFull(), is(full));
        while (window.head().isPresent()) {
            window.complete();
        }
        assertThat(window.hasRoom(), is(true));
    }

    @Test
    void theNewestThousandIdsAreKnown_D4() {
        RecentIds ids = new RecentIds();
        for (int i = 0; i <= RecentIds.CAPACITY; i++) {
            assertThat(ids.add("n" + i), is(true));
        }
        assertThat(ids.add("n1"), is(false));
        assertThat(ids.add("n" + RecentIds.CAPACITY), is(false));
        assertThat(ids.add("n0"), is(true));
    }

    @ParameterizedTest(name = "heard at {0}, now {1}: {2} ms left")
    @CsvSource({"0, 0, 35000", "0, 35000, 0", "20000, 35000, 20000", "20000, 56000, -1000"})
    void livenessCountsFromTheLastFrame_H2(long heardAt, long now, long left) {
        Liveness liveness = new Liveness(25_000, 10_000, 0);
        liveness.heard(heardAt);
        assertThat(liveness.remainingMs(now), is(left));
    }

    private static Notified notified(String id, int bytes) {
        return new Notified(
                new Delivery(
                        "user/alice",
                        1,
                        id,
                        "t",
                        ByteString.copyFrom(new byte[bytes]),
                        "",
                        Map.of(),
                        Instant.EPOCH,
                        Optional.empty(),
                        Priority.NORMAL,
                        false,
                        false),
                "p-" + id);
    }
}
