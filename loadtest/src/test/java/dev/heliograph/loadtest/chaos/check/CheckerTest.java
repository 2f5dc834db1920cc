package dev.heliograph.loadtest.chaos.check;

import static dev.heliograph.loadtest.chaos.check.FindingKind.BAD_HISTORY;
import static dev.heliograph.loadtest.chaos.check.FindingKind.BEHIND;
import static dev.heliograph.loadtest.chaos.check.FindingKind.HOLE;
import static dev.heliograph.loadtest.chaos.check.FindingKind.LATE;
import static dev.heliograph.loadtest.chaos.check.FindingKind.LOST;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import dev.heliograph.loadtest.chaos.check.Story.Device;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Memory;
import dev.heliograph.loadtest.chaos.history.Loses;
import org.junit.jupiter.api.Test;

/** What a run may lack is found, and the nearest innocent history is found clean. */
class CheckerTest extends JudgedStory {

    @Test
    void aRunInWhichAllCameIsClean() {
        three().saved(3).ack(3);
        story.quiet();
        clean();
        Verdict verdict = verdict();
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
        assertThat(verdict().tally().late(), is(10L));
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
        assertThat(verdict().tally().torn(), is(2L));
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
