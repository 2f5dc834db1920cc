package dev.heliograph.loadtest.chaos.check;

import static dev.heliograph.loadtest.chaos.check.FindingKind.DISORDER;
import static dev.heliograph.loadtest.chaos.check.FindingKind.DUPLICATE;
import static dev.heliograph.loadtest.chaos.check.FindingKind.EARLY_ACK;
import static dev.heliograph.loadtest.chaos.check.FindingKind.LEAK;
import static dev.heliograph.loadtest.chaos.check.FindingKind.LOST;
import static dev.heliograph.loadtest.chaos.check.FindingKind.PHANTOM;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.loadtest.chaos.check.Story.Device;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Memory;
import dev.heliograph.loadtest.chaos.history.Loses;
import org.junit.jupiter.api.Test;

/** What a handler may get wrongly, or a device say wrongly of it. */
class HandlingTest extends JudgedStory {

    // Duplicates

    @Test
    void whatTheHandlerGotTwiceIsADuplicate() {
        three().lost().resume(2, "OK", 3, 3).got(3).deliver(3).handled(3);
        story.quiet();
        finds(DUPLICATE);
    }

    @Test
    void whatCameTwiceAndWasHandledOnceIsNone() {
        three().lost().resume(2, "OK", 3, 3).got(3);
        story.quiet();
        clean();
    }

    @Test
    void aFrameThatOneSubscriptionRepeatsIsADuplicate() {
        three().got(3);
        story.quiet();
        finds(DUPLICATE);
    }

    @Test
    void oneNotificationUnderTwoNumbersIsADuplicate() {
        three().got(4, "id-3");
        story.quiet();
        finds(DUPLICATE);
    }

    @Test
    void oneOpUnderTwoIdsIsADuplicate() {
        three().got(4, "id-x").deliver(4, 3, "id-x", "d3", false).handled(4, 3, "id-x");
        story.quiet();
        finds(DUPLICATE);
    }

    @Test
    void anOpThatIsStoredAgainAfterItsFirstWasLostIsNone() {
        phone.start().begin(1);
        story.stored(1, 2).invoke(3);
        phone.takesAll(1, 3);
        story.fault(Loses.PRIMARY).healed().unknown(3).invoke(3).ok(3, Story.INBOX, 3, "id-x");
        phone.lost()
                .resume(3, "FORK", 1, 3)
                .got(1)
                .got(2)
                .got(3, "id-x")
                .told("FORK", 1)
                .deliver(3, 3, "id-x", "d3", false)
                .handled(3, 3, "id-x");
        story.quiet();
        clean();
    }

    @Test
    void whatWasInFlightAtAKillMayComeAgain() {
        phone.start(Memory.NONE, true).begin(1);
        story.stored(1, 3);
        phone.takesAll(1, 3).saved(2).killed();
        phone.start(Memory.POSITIONS, true).resume(2, "OK", 3, 3).takes(3);
        story.quiet();
        clean();
        assertThat(verdict().tally().redelivered(), is(1L));
    }

    @Test
    void whatWasInFlightHasToBeMarkedWhereTheSdkMarks() {
        phone.marking().start(Memory.NONE, true).begin(1);
        story.stored(1, 2);
        phone.takesAll(1, 2).saved(0).killed();
        phone.start(Memory.POSITIONS, true).resume(0, "OK", 1, 2);
        phone.got(1).deliver(1, 1, "id-1", "d1", true).handled(1).takes(2);
        story.quiet();
        finds(DUPLICATE);
    }

    @Test
    void whatWasSavedBeforeAKillMustNotComeAgain() {
        phone.start(Memory.NONE, true).begin(1);
        story.stored(1, 3);
        phone.takesAll(1, 3).saved(3).killed();
        phone.start(Memory.POSITIONS, true).resume(2, "OK", 3, 3).takes(3);
        story.quiet();
        finds(DUPLICATE);
    }

    @Test
    void aKilledDeviceWithoutAStoreBeginsAnew() {
        three().killed();
        story.stored(4, 4);
        phone.start().begin(5);
        story.stored(5, 5);
        phone.takes(5);
        story.quiet();
        clean();
    }

    @Test
    void aKilledDeviceWithAStoreIsOwedWhatCameMeanwhile() {
        phone.start(Memory.NONE, true).begin(1);
        story.stored(1, 3);
        phone.takesAll(1, 3).saved(3).killed();
        story.stored(4, 5);
        phone.start(Memory.POSITIONS, true).resume(4, "OK", 5, 5).takes(5);
        story.quiet();
        finds(LOST);
    }

    // Order

    @Test
    void aFrameThatComesAfterAHigherOneIsDisorder() {
        phone.start().begin(1);
        story.stored(1, 3);
        phone.takes(1).got(3).got(2).deliver(2).handled(2).deliver(3).handled(3);
        story.quiet();
        finds(DISORDER);
    }

    @Test
    void aHandlerThatGetsAHigherOneFirstIsDisorder() {
        phone.start().begin(1);
        story.stored(1, 3);
        phone.takes(1).got(2).got(3).deliver(3).handled(3).deliver(2).handled(2);
        story.quiet();
        finds(DISORDER);
    }

    // Phantoms

    @Test
    void whatNobodySentIsAPhantom() {
        three().got(4, "id-9").deliver(4, 9, "id-9", "d9", false).handled(4, 9, "id-9");
        story.quiet();
        finds(PHANTOM);
    }

    @Test
    void anAlteredContentIsAPhantom() {
        phone.start().begin(1);
        story.stored(1, 1);
        phone.got(1).deliver(1, 1, "id-1", "other", false).handled(1);
        story.quiet();
        finds(PHANTOM);
    }

    @Test
    void whatWasSentToAnotherOfItsChannelsIsAPhantom() {
        three();
        story.invoke(4, "topic/news").ok(4, "topic/news", 1, "id-n");
        phone.got(4, "id-4").deliver(4, 4, "id-4", "d4", false).handled(4);
        story.quiet();
        finds(PHANTOM);
    }

    @Test
    void whatWasRefusedIsAPhantom() {
        three();
        story.invoke(4).fail(4);
        phone.takes(4);
        story.quiet();
        finds(PHANTOM);
    }

    @Test
    void whatWasRefusedOnlyAfterADoubtfulAttemptIsNone() {
        three();
        story.invoke(4).unknown(4).invoke(4).fail(4);
        phone.takes(4);
        story.quiet();
        clean();
    }

    @Test
    void anSdkThatInventsAHandlerCallIsFound() {
        three();
        story.stored(4, 4);
        phone.deliver(4).handled(4);
        story.quiet();
        finds(PHANTOM, LOST);
    }

    // Leaks

    @Test
    void anotherUsersChannelIsALeak() {
        three().on("user/bob").begin(1);
        story.invoke(4, "user/bob").ok(4, "user/bob", 1, "id-b");
        phone.on("user/bob").got(1, "id-b");
        story.quiet();
        finds(LEAK);
    }

    @Test
    void anotherUsersNotificationInTheOwnChannelIsALeak() {
        three();
        story.invoke(4, "user/bob").ok(4, "user/bob", 1, "id-b");
        phone.got(4, "id-b").deliver(4, 4, "id-b", "d4", false).handled(4, 4, "id-b");
        story.quiet();
        finds(LEAK);
    }

    @Test
    void anotherChannelOfTheDeviceIsNone() {
        Device news = three().on("topic/news").begin(1);
        story.invoke(4, "topic/news").ok(4, "topic/news", 1, "id-4");
        news.takes(1, 4);
        story.quiet();
        clean();
    }

    // Positions

    @Test
    void aPositionThatIsSavedBeforeTheHandlerHasFinishedIsEarly() {
        phone.start().begin(1);
        story.stored(1, 1);
        phone.got(1).deliver(1).saved(1).handled(1);
        story.quiet();
        finds(EARLY_ACK);
    }

    @Test
    void anAckBeyondWhatHasComeIsEarly() {
        three();
        story.stored(4, 4);
        phone.ack(4).takes(4);
        story.quiet();
        finds(EARLY_ACK);
    }

    @Test
    void aPositionOfWhatCameAgainAndWasHandledBeforeIsNone() {
        three().lost().resume(2, "OK", 3, 3).got(3).saved(3).ack(3);
        story.quiet();
        clean();
    }
}
