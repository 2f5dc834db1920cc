package dev.heliograph.client.device;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;

import dev.heliograph.client.device.FakeTransport.FakeLink;
import dev.heliograph.proto.device.v1.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a handler learns of earlier runs of its app. */
class RedeliveredTest {

    private final Gateway gateway = new Gateway();
    private final List<String> told = new ArrayList<>();

    private Subscription subscribe() {
        return gateway.client.subscribe(
                DeviceClient.INBOX,
                delivery -> told.add(delivery.seq() + (delivery.redelivered() ? " again" : "")));
    }

    @Test
    void whatAnEarlierRunMayHaveHandledIsMarkedAndWhatCameAfterIsNot_D7() {
        subscribe();
        gateway.replay(gateway.welcome(1), Outcome.OUTCOME_OK, 1, 1, 2);
        assertThat(told, contains("1 again", "2"));
    }

    @Test
    void overReconnectsOfALivingClientNothingBecomesMarkedThatNoEarlierRunCanHaveHandled_D7() {
        subscribe();
        FakeLink first = gateway.welcome(1);
        gateway.replay(first, Outcome.OUTCOME_OK, 1, 2, 1);
        first.events.ended(1006, "");
        gateway.replay(gateway.welcome(2), Outcome.OUTCOME_OK, 2, 4, 4);
        assertThat(told, contains("1 again", "2 again", "3", "4"));
    }

    @Test
    void aChannelThatTheClientLeavesAndTakesUpAgainIsOneThatItHasHadBefore_D7() {
        Subscription first = subscribe();
        FakeLink link = gateway.welcome(1);
        gateway.replay(link, Outcome.OUTCOME_OK, 1, 0, 1);
        first.close();
        gateway.loop.settle();
        subscribe();
        gateway.loop.settle();
        gateway.replay(link, Outcome.OUTCOME_OK, 2, 2, 2);
        assertThat(told, contains("1", "2"));
    }

    @ParameterizedTest(name = "after {0}, sent through {1}: {2}")
    @CsvSource({
        "OUTCOME_TRIMMED, 3, 2 again",
        "OUTCOME_EPOCH, 3, 2",
        "OUTCOME_FORK, 3, 2 again",
        "OUTCOME_FORK, 0, 2"
    })
    void theNumbersOfBeforeMeanNothingInAnotherLog_D7(
            Outcome outcome, long through, String expected) {
        subscribe();
        FakeLink first = gateway.welcome(1);
        gateway.replay(first, Outcome.OUTCOME_OK, 1, 3, 0);
        first.events.ended(1006, "");
        gateway.replay(gateway.welcome(2), outcome, 2, through, 2);
        assertThat(told, contains(expected));
    }
}
