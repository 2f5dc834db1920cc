package dev.heliograph.client.internal;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {

    @ParameterizedTest(name = "attempt {0}, random {1}: {2} ms")
    @CsvSource({
        "0, 0.0, 100",
        "0, 0.999, 499",
        "1, 0.5, 500",
        "5, 0.5, 8000",
        "6, 0.5, 10000",
        "6, 0.999, 19980",
        "31, 0.5, 10000",
        "1000, 0.5, 10000",
        "2147483647, 0.0, 100"
    })
    void isARandomPartOfADoublingTimeUpTo20S_G3(int attempt, double random, long delayMs) {
        assertThat(Backoff.DEVICE.delayMs(attempt, () -> random), is(delayMs));
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 0", "10, 5, 0", "1, 10, 11", "1, 10, -1"})
    void refusesTimesThatMakeNoSense(long base, long cap, long floor) {
        assertThrows(IllegalArgumentException.class, () -> new Backoff(base, cap, floor));
    }

    @Test
    void acceptsTheSmallestTimes() {
        assertThat(new Backoff(1, 1, 0).delayMs(9, () -> 0.9), is(0L));
    }
}
