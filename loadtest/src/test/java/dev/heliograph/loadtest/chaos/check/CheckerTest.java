package dev.heliograph.loadtest.chaos.check;

import static dev.heliograph.loadtest.chaos.check.FindingKind.BAD_HISTORY;
import static dev.heliograph.loadtest.chaos.check.FindingKind.BEHIND;
import static dev.heliograph.loadtest.chaos.check.FindingKind.DISORDER;
import static dev.heliograph.loadtest.chaos.check.FindingKind.DUPLICATE;
import static dev.heliograph.loadtest.chaos.check.FindingKind.EARLY_ACK;
import static dev.heliograph.loadtest.chaos.check.FindingKind.HOLE;
import static dev.heliograph.loadtest.chaos.check.FindingKind.LATE;
import static dev.heliograph.loadtest.chaos.check.FindingKind.LEAK;
import static dev.heliograph.loadtest.chaos.check.FindingKind.LOST;
import static dev.heliograph.loadtest.chaos.check.FindingKind.PHANTOM;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import dev.heliograph.loadtest.chaos.check.Story.Device;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Memory;
import dev.heliograph.loadtest.chaos.history.Loses;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each thing that may be wrong is found, and the nearest innocent history is found clean. */
class CheckerTest {

    @TempDir private Path directory;
    private final Story story = new Story();
    private final Device phone = story.device("phone");

    /** A device that has taken 1 to 3, with 1 to 3 acknowledged. */
    private Device three() {
        phone.start().begin(1);
        story.stored(1, 3);
        return phone.takesAll(1, 3);
    }

    private void clean() {
        Verdict verdict = story.verdict(directory);
        assertThat(verdict.findings().toString(), verdict.isClean(), is(true));
    }

    private Verdict finds(FindingKind... kinds) {
        Verdict verdict = story.verdict(directory);
        Map<FindingKind, Long> expected = new EnumMap<>(FindingKind.class);
        for (FindingKind kind : FindingKind.values()) {
            expected.put(kind, 0L);
        }
        for (FindingKind kind : kinds) {
            expected.merge(kind, 1L, Long::sum);
        }
        assertThat(verdict.findings().toString(), verdict.counts(), is(expected));
        return verdict;
    }

    @Test
    void aRunInWhichAllCameIsClean() {
        three().saved(3).ack(3);
        story.quiet();
        clean();
        Verdict verdict = story.verdict(directory);
        assertThat(verdict.tally().acknowledged(), is(3L));
        assertThat(verdict.tally().delivered(), is(3L));
        assertThat(verdict.deliveredFraction(), is(1.0));
        assertThat(verdict.json(), containsString("\"lost\":0"));
    }

    // Lost

    @Test
    void whatWasAcknowledgedAndNeverCameIsLost() {
        three();
        story.stored(4, 4).quiet();
        finds(LOST);
    }

    @Test
    void whatHadNotComeWhenTheRunWasOverIsLostThoughTheDeviceIsClosedThen() {
        three();
        story.stored(4, 4).quiet();
        phone.stopped();
        finds(LOST);
    }

    @Test
    void whatTheHandlerNeverGotThoughItCameIsLost() {
        phone.start().begin(1);
        story.stored(1, 3);
        phone.takes(1).got(2).takes(3);
        story.quiet();
        Verdict verdict = finds(LOST);
        assertThat(verdict.findings().getFirst().evidence().getFirst(), containsString("invoke"));
    }

    @Test
    void anUnknownOutcomeMayBeStoredOrNot() {
        three();
        story.invoke(4).unknown(4).invoke(5).unknown(5);
        phone.takes(4, 5);
        story.quiet();
        clean();
    }

    @Test
    void anUnknownOutcomeThatOneDeviceGotIsOwedToTheOther() {
        Device tablet = story.device("tablet").start().begin(1);
        three();
        tablet.takesAll(1, 3);
        story.invoke(4).unknown(4).invoke(5).ok(5, 5);
        phone.takes(4).takes(5);
        tablet.takes(5);
        story.quiet();
        finds(LOST, HOLE);
    }

    @Test
    void aDeviceThatLeftIsOwedNothingMore() {
        three().stopped();
        story.stored(4, 4).quiet();
        clean();
    }

    @Test
    void aDeviceThatBeganLaterIsOwedNothingOfBefore() {
        story.stored(1, 3);
        phone.start().begin(4);
        story.stored(4, 4);
        phone.takes(4);
        story.quiet();
        clean();
    }

    @Test
    void aDeviceThatBeganAtTheOldestIsOwedAll() {
        story.stored(1, 3);
        phone.start().begin(2, "EARLIEST", 3).takesAll(2, 3);
        story.quiet();
        finds(LOST);
    }

    @Test
    void aDeviceThatBeganAtTheOldestIsNotOwedWhatWasTrimmed() {
        story.stored(1, Story.KEPT + 1);
        phone.start().begin(2, "EARLIEST", Story.KEPT + 1).takesAll(2, Story.KEPT + 1);
        story.quiet();
        clean();
    }

    @Test
    void aDeviceThatHadNotCaughtUpIsAFinding() {
        three();
        story.quiet("alice/phone user/alice");
        finds(BEHIND);
    }

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
        assertThat(story.verdict(directory).tally().redelivered(), is(1L));
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

    // Holes

    @Test
    void aNumberThatNoFrameCoversIsAHoleEvenWhenTheSdkHealsIt() {
        phone.start().begin(1);
        story.stored(1, 3);
        phone.takes(1).got(3).resume(1, "OK", 2, 3).takes(2).takes(3);
        story.quiet();
        finds(HOLE);
    }

    @Test
    void resumingBeyondThePositionIsAHole() {
        three().lost();
        story.stored(4, 5);
        phone.resume(3, "OK", 5, 5).takes(5);
        story.quiet();
        finds(HOLE, LOST);
    }

    @Test
    void aResetThatTheAppIsNotToldOfIsAHole() {
        three().lost();
        story.stored(4, 20);
        phone.resume(3, "TRIMMED", 11, 20).takesAll(11, 20);
        story.quiet();
        finds(HOLE);
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

    // Lateness

    @Test
    void whatComesLateAgainAndAgainWithNothingWrongIsAFinding() {
        phone.start().begin(1).later(10_000);
        for (int batch = 0; batch < 3; batch++) {
            story.stored(batch * 10 + 1, batch * 10 + 10).after(20_000);
            phone.takesAll(batch * 10 + 1, batch * 10 + 10);
        }
        story.quiet();
        finds(LATE);
    }

    @Test
    void oneRepairInALongRunIsNone() {
        phone.start().begin(1).later(10_000);
        story.stored(1, 10).after(20_000);
        phone.takesAll(1, 10);
        story.quiet();
        clean();
        assertThat(story.verdict(directory).tally().late(), is(10L));
    }

    @Test
    void whatComesLaterThanAnyRepairIsAFinding() {
        phone.start().begin(1).later(10_000);
        story.stored(1, 1).after(61_000);
        phone.takes(1);
        story.quiet();
        finds(LATE);
    }

    @Test
    void whatComesLateSinceAFaultActsIsNone() {
        phone.start().begin(1).later(10_000);
        story.fault(Loses.NOTHING).stored(1, 30).after(61_000).healed();
        phone.takesAll(1, 30);
        story.quiet();
        clean();
    }

    @Test
    void whatComesLateToADeviceThatWasAwayIsNone() {
        phone.start().begin(1).later(10_000);
        story.stored(1, 30).after(61_000);
        phone.lost().resume(0, "OK", 1, 30).takesAll(1, 30);
        story.quiet();
        clean();
    }

    // The history itself

    @Test
    void aLineThatAKilledWriterLeftTornIsHarmless() {
        phone.start(Memory.NONE, true).begin(1);
        story.stored(1, 2);
        phone.takes(1).saved(1).got(2).deliver(2);
        story.line("{\"e\":\"handled\",\"t\":12");
        phone.start(Memory.POSITIONS, true).resume(1, "OK", 2, 2).takes(2);
        story.quiet().line("{\"e\":\"quiet\",\"t");
        clean();
        assertThat(story.verdict(directory).tally().torn(), is(2L));
    }

    @Test
    void aDamagedLineInTheMiddleIsAFinding() {
        three();
        story.line("{\"e\":\"got\",\"t\":12").quiet();
        finds(BAD_HISTORY);
    }

    @Test
    void aHistoryWithoutAnEndIsAFinding() {
        three();
        finds(BAD_HISTORY);
    }
}
