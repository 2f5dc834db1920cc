package dev.heliograph.server.gateway;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.gateway.Stay.Verdict;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StayTest {

    private static final long NOW = 1_000;
    private static final Duration GRACE = Duration.ofMillis(50);

    private static Stay of(double random) {
        return new Stay(Optional.of(Duration.ofMillis(1_000)), GRACE, NOW, () -> random);
    }

    @ParameterizedTest
    @CsvSource({"0, 900", "0.5, 1000", "1, 1100"})
    void anAgeIsDrawnWithinTenPercent(double random, long ageMs) {
        Stay stay = of(random);
        assertThat(stay.look(NOW + ageMs - 1), is(Verdict.STAYS));
        assertThat(stay.look(NOW + ageMs + 1), is(Verdict.OLD));
    }

    @Test
    void whoWasAskedIsClosedAfterTheGraceAndNotAskedAgain() {
        Stay stay = of(0.5);
        assertThat(stay.ask(2_500), is(true));
        assertThat(stay.ask(2_510), is(false));
        assertThat(stay.look(2_549), is(Verdict.STAYS));
        assertThat(stay.look(2_550), is(Verdict.OVERDUE));
    }

    @Test
    void withoutAnAgeNobodyGetsOld() {
        Stay stay = new Stay(Optional.empty(), GRACE, NOW, () -> 0);
        assertThat(stay.look(Long.MAX_VALUE - 1), is(Verdict.STAYS));
    }
}
