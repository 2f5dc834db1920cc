package dev.heliograph.loadtest;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.is;

import com.google.protobuf.ByteString;
import java.io.IOException;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LedgerTest {

    private final Ledger ledger = new Ledger(4, 1, 32);

    @Test
    void countsWhatWasLostAndWhatCameTwice() {
        for (int number = 0; number < 3; number++) {
            ledger.stored(number);
        }
        ledger.failed(new IOException("away"));
        ledger.delivered(ledger.payload(0, 0), 1);
        ledger.delivered(ledger.payload(1, 0), 1);
        assertThat(ledger.isSettled(), is(false));
        ledger.delivered(ledger.payload(1, 0), 1);

        assertThat(ledger.delivered(), is(2));
        assertThat(ledger.lost(), is(1));
        assertThat(ledger.duplicates(), is(1L));
        assertThat(ledger.failed(), is(1));
        assertThat(ledger.firstFailure(), is("away"));
    }

    @Test
    void measuresFromTheIntendedTimeAndNotTheWarmUp() {
        ledger.delivered(ledger.payload(0, 0), 9_000_000_000L);
        ledger.delivered(ledger.payload(1, 1_000_000), 6_000_000);

        Histogram latency = ledger.latencyMicros();
        assertThat(latency.getTotalCount(), is(1L));
        assertThat((double) latency.getMaxValue(), is(closeTo(5_000, 5)));
    }

    @Test
    void aDeliveryThatNobodySentIsNoDelivery() {
        ledger.delivered(ByteString.copyFromUtf8("who?"), 0);

        assertThat(ledger.delivered(), is(0));
        assertThat(ledger.duplicates(), is(1L));
    }
}
