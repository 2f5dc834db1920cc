package dev.heliograph.loadtest.chaos.check;

import static dev.heliograph.loadtest.chaos.check.FindingKind.CONFLICT;
import static dev.heliograph.loadtest.chaos.check.FindingKind.FALSE_RESET;
import static dev.heliograph.loadtest.chaos.check.FindingKind.LOST;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.heliograph.loadtest.chaos.check.Story.Device;
import dev.heliograph.loadtest.chaos.history.AckLevel;
import dev.heliograph.loadtest.chaos.history.Loses;
import org.junit.jupiter.api.Test;

/**
 * What a log may lose, what devices must then be told, and what they must not be told otherwise.
 */
class FailoverTest extends JudgedStory {

    // A lost tail

    /** Op 3 at seq 3 is lost, op 4 gets its number, and the device is told. */
    private void lostTail() {
        three();
        story.fault(Loses.PRIMARY).healed().after(10).invoke(4).ok(4, 3);
        phone.lost().resume(3, "FORK", 1, 3).got(1).got(2).got(3, "id-4").told("FORK", 1);
        phone.deliver(3, 4, "id-4", "d4", false).handled(3, 4, "id-4");
    }

    @Test
    void aForkAfterALostTailIsTrue() {
        lostTail();
        story.quiet();
        clean();
    }

    @Test
    void whatWasHandledBeforeAResetMayBeSavedUntilTheAppIsTold() {
        three();
        story.fault(Loses.PRIMARY).healed().after(10).invoke(4).ok(4, 2);
        phone.lost().resume(3, "FORK", 1, 2).got(1).got(2, "id-4").saved(3).ack(3).told("FORK", 1);
        phone.deliver(2, 4, "id-4", "d4", false).handled(2, 4, "id-4");
        story.quiet();
        clean();
    }

    @Test
    void afterAResetNothingMayBeSavedBeforeItWasHandled() {
        three();
        story.fault(Loses.PRIMARY).healed().after(10).invoke(4).ok(4, 2);
        phone.lost().resume(3, "FORK", 1, 2).got(1).got(2, "id-4").told("FORK", 1).saved(2);
        phone.deliver(2, 4, "id-4", "d4", false).handled(2, 4, "id-4");
        story.quiet();
        finds(FindingKind.EARLY_ACK);
    }

    @Test
    void aForkWithoutAFaultThatLosesDataIsFalse() {
        three().lost().resume(3, "FORK", 1, 3).told("FORK", 1).got(1).got(2);
        story.quiet();
        finds(FALSE_RESET);
    }

    @Test
    void aForkAmidAFaultIsFalseWhenWhatTheDeviceStoodAtComesAgain() {
        three();
        story.fault(Loses.PRIMARY).healed();
        phone.lost().resume(3, "FORK", 1, 3).told("FORK", 1).got(1).got(2).got(3);
        story.quiet();
        finds(FALSE_RESET);
    }

    @Test
    void aForkOfWhatWasStoredLongAfterTheFaultIsFalse() {
        phone.start().begin(1);
        story.fault(Loses.PRIMARY).healed().stored(1, 3);
        phone.takesAll(1, 3).lost().resume(3, "FORK", 1, 3).told("FORK", 1).got(1).got(2);
        story.quiet();
        finds(FALSE_RESET);
    }

    @Test
    void whoSawTheLostTailAndGoesOnWithoutAResetIsInConflictAndLacksWhatReplacedIt() {
        Device tablet = story.device("tablet").start().begin(1);
        three();
        tablet.takesAll(1, 2);
        story.fault(Loses.PRIMARY).healed().after(10).invoke(4).ok(4, 3).invoke(5).ok(5, 4);
        tablet.lost().resume(2, "OK", 3, 4).takes(3, 4).takes(4, 5);
        phone.lost().resume(3, "OK", 4, 4).takes(4, 5);
        story.quiet();
        finds(CONFLICT, LOST, FindingKind.UNTOLD);
    }

    /** Op 3 is lost before the device has seen it, and op 4 gets its number. */
    private void unseenTail() {
        phone.start().begin(1);
        story.stored(1, 3);
        phone.takesAll(1, 2);
        story.fault(Loses.PRIMARY).healed().after(10);
    }

    /** The log has begun another epoch; the device resumes after op 2 and gets op 4. */
    private void toldOfUnseenTail() {
        String old = story.position(2);
        story.epoch = "000000aa00000001";
        story.invoke(4).ok(4, 3);
        phone.lost().resume(old, "FORK", 3, 3).told("FORK", 3).takes(3, 4);
    }

    @Test
    void whoDidNotSeeTheLostTailIsToldAndGoesOn() {
        unseenTail();
        toldOfUnseenTail();
        story.quiet();
        assertThat(clean().tally().lostAtFailover(), is(1L));
        assertThat(clean().tally().vanished(), is(0L));
        assertThat(clean().tally().replicatedLost(), is(0L));
    }

    @Test
    void whoIsNotToldOfALostTailIsFoundThoughNothingOfItWasSeen() {
        unseenTail();
        story.invoke(4).ok(4, 3);
        phone.lost().resume(2, "OK", 3, 3).takes(3, 4);
        story.quiet();
        finds(FindingKind.UNTOLD);
    }

    @Test
    void nobodyCanTellOfALostTailWhenTheNodeThatAcknowledgedItIsGoneToo() {
        unseenTail();
        story.fault("notify-kill", Loses.NOTHING).healed();
        story.invoke(4).ok(4, 3);
        phone.lost().resume(2, "OK", 3, 3).takes(3, 4);
        story.quiet();
        assertThat(clean().tally().vanished(), is(1L));
    }

    @Test
    void whatComesLateOfAnOldEpochHasNotOutlivedWhatHasItsNumberNow() {
        Device tablet = story.device("tablet").start().begin(1);
        unseenTail();
        tablet.takesAll(1, 2);
        String two = story.position(2);
        String three = story.position(3);
        String before = story.epoch;
        String now = "000000aa00000001";
        story.epoch = now;
        story.ttl(1).invoke(4).ok(4, 3).after(10);
        phone.lost().resume(two, "FORK", 3, 3).told("FORK", 3).skip(3, "id-4");
        story.epoch = before;
        tablet.takes(3);
        story.epoch = now;
        tablet.lost().resume(three, "FORK", 1, 3).told("FORK", 1).got(1).got(2).skip(3, "id-4");
        story.quiet();
        assertThat(clean().tally().lostAtFailover(), is(1L));
    }

    @Test
    void whatOnlyASkipNamesInALaterEpochHasReplacedWhatHadItsNumber() {
        Device tablet = story.device("tablet").start().begin(1);
        unseenTail();
        tablet.takesAll(1, 3);
        String two = story.position(2);
        String three = story.position(3);
        story.epoch = "000000aa00000001";
        story.invoke(4).ok(4, 4);
        phone.lost().resume(two, "FORK", 3, 4).told("FORK", 3).skip(3, "id-unseen").takes(4);
        tablet.lost().resume(three, "FORK", 1, 4).got(1).got(2).told("FORK", 1);
        tablet.skip(3, "id-unseen").takes(4);
        story.quiet();
        assertThat(clean().tally().lostAtFailover(), is(1L));
    }

    @Test
    void aForkThatGoesOnThoughNothingWasLostIsFalse() {
        three();
        String old = story.position(3);
        story.epoch = "000000aa00000001";
        story.fault(Loses.PRIMARY).healed();
        phone.lost().resume(old, "FORK", 4, 3).told("FORK", 4);
        story.quiet();
        finds(FALSE_RESET);
    }

    @Test
    void whoWasToldOfALossIsNotToldOfItAgain() {
        phone.start().begin(1);
        story.stored(1, 3).after(3_000);
        phone.takesAll(1, 2);
        story.fault(Loses.PRIMARY).healed().after(10);
        toldOfUnseenTail();
        String told = story.position(3, "id-4");
        story.epoch = "000000aa00000002";
        phone.lost().resume(told, "FORK", 4, 3).told("FORK", 4);
        story.quiet();
        finds(FALSE_RESET);
    }

    @Test
    void whatAPrimaryTookJustAfterItWasReplacedMayBeToldAgain() {
        unseenTail();
        toldOfUnseenTail();
        String told = story.position(3, "id-4");
        story.epoch = "000000aa00000002";
        phone.lost().resume(told, "FORK", 4, 3).told("FORK", 4);
        story.quiet();
        clean();
    }

    @Test
    void whatIsLostWithATailIsCountedAsShownToWhoWasTold() {
        phone.start().begin(1);
        story.stored(1, 2).invoke(3).invoke(9);
        phone.takesAll(1, 3);
        story.ok(3, 3).ok(9, 4).fault(Loses.PRIMARY).healed().after(10).invoke(4).ok(4, 3);
        story.invoke(5).ok(5, 4);
        phone.lost().resume(3, "FORK", 1, 4).got(1).got(2).got(3, "id-4").told("FORK", 1);
        phone.deliver(3, 4, "id-4", "d4", false).handled(3, 4, "id-4").takes(4, 5);
        story.quiet();
        assertThat(clean().tally().lostAtFailover(), is(1L));
    }

    @Test
    void whatIsLostWithATailIsNotWhatTheLogKeepsNoLongerWhenTheDeviceComesBackMuchLater() {
        unseenTail();
        toldOfUnseenTail();
        phone.lost();
        for (long op = 5; op <= 20; op++) {
            story.invoke(op).ok(op, op - 1);
        }
        phone.resume(3, "TRIMMED", 10, 19).told("TRIMMED", 10);
        for (long op = 11; op <= 20; op++) {
            phone.takes(op - 1, op);
        }
        story.quiet();
        assertThat(clean().tally().lostAtFailover(), is(1L));
        assertThat(clean().tally().trimmed(), is(6L));
    }

    @Test
    void whatWasReplicatedMustOutliveThePrimary() {
        phone.start().begin(1);
        story.level(AckLevel.REPLICATED).stored(1, 3);
        phone.takesAll(1, 2);
        story.fault(Loses.PRIMARY).healed().after(10).invoke(4).ok(4, 3);
        phone.lost().resume(2, "OK", 3, 3).takes(3, 4);
        story.quiet();
        finds(CONFLICT, LOST);
    }

    @Test
    void whatWasReplicatedMayGoWithTheReplicasToo() {
        phone.start().begin(1);
        story.level(AckLevel.REPLICATED).stored(1, 3);
        phone.takesAll(1, 2);
        story.fault(Loses.REPLICAS).healed().after(10);
        toldOfUnseenTail();
        story.quiet();
        Verdict.Tally tally = clean().tally();
        assertThat(tally.lostAtFailover(), is(1L));
        assertThat(tally.replicaFaults(), is(1));
        assertThat(tally.replicatedLost(), is(1L));
    }

    @Test
    void whatTheLogStillHoldsIsLostWhateverTheFault() {
        Device tablet = story.device("tablet").start().begin(1);
        three();
        tablet.takesAll(1, 3);
        story.stored(4, 4).fault(Loses.PRIMARY).healed().after(10).stored(5, 5);
        tablet.takesAll(4, 5);
        phone.lost().resume(4, "OK", 5, 5).takes(5);
        story.quiet();
        finds(LOST);
    }

    @Test
    void twoNotificationsUnderOneNumberWithoutALossAreAConflict() {
        Device tablet = story.device("tablet").start().begin(1);
        three();
        tablet.takesAll(1, 2);
        story.invoke(4).ok(4, 4);
        tablet.takes(3, 4);
        story.quiet();
        Verdict verdict = verdict();
        assertThat(verdict.count(CONFLICT), is(greaterThan(0L)));
    }

    // A primary that wakes up beside the one that took over

    /** Both have a seq 3: op 4 on the successor, and op 3, which is stored later and lost. */
    private Device twoPrimaries() {
        phone.start().begin(1);
        story.stored(1, 2).invoke(3);
        phone.takesAll(1, 2);
        return phone;
    }

    @Test
    void whatAReplacedPrimaryStoredLaterIsWhatIsLost() {
        twoPrimaries();
        story.fault(Loses.PRIMARY).invoke(4).ok(4, 3);
        phone.takes(3, 3);
        story.healed().invoke(5).ok(5, 4);
        phone.lost().resume(3, "FORK", 1, 4).got(1).got(2).got(3, "id-4").told("FORK", 1);
        phone.deliver(3, 4, "id-4", "d4", false).handled(3, 4, "id-4").takes(4, 5);
        story.quiet();
        clean();
    }

    @Test
    void whoWasOnAReplacedPrimaryAndGoesOnWithoutAResetIsInConflict() {
        Device tablet = story.device("tablet").start().begin(1);
        twoPrimaries();
        tablet.takesAll(1, 2);
        story.fault(Loses.PRIMARY).invoke(4).ok(4, 3);
        phone.takes(3, 3);
        story.healed().after(60_000).invoke(5).ok(5, 4);
        tablet.lost().resume(2, "OK", 3, 4).takes(3, 4).takes(4, 5);
        phone.lost().resume(3, "OK", 4, 4).takes(4, 5);
        story.quiet();
        finds(CONFLICT, LOST);
    }

    @Test
    void aSkipOfWhatNobodyEverSawIsTrueOnAReplacedPrimaryOnly() {
        twoPrimaries();
        story.fault(Loses.PRIMARY).invoke(4).ok(4, 3);
        phone.skip(3, "id-unseen");
        story.healed();
        phone.lost().resume(story.position(3, "id-unseen"), "FORK", 1, 3);
        phone.got(1).got(2).told("FORK", 1).takes(3, 4);
        story.quiet();
        clean();
    }

    @Test
    void aSkipIsNotOfWhatWasSentLaterUnderItsNumbersWhereATailWasLost() {
        twoPrimaries();
        story.fault(Loses.PRIMARY);
        phone.skip(3, 4, 2, "expired");
        String old = story.position(4);
        story.healed().invoke(4).ok(4, 3).invoke(5).ok(5, 4);
        phone.lost().resume(old, "FORK", 1, 4).got(1).got(2).told("FORK", 1);
        phone.takes(3, 4).takes(4, 5);
        story.quiet();
        clean();
    }

    @Test
    void aSkipOfWhatIsSentOnlyLaterIsFalseWhereNothingIsLost() {
        twoPrimaries();
        phone.skip(3, "id-4");
        story.invoke(4).ok(4, 3).quiet();
        Verdict verdict = verdict();
        assertThat(verdict.count(FindingKind.FALSE_SKIP), is(1L));
    }

    @Test
    void aSkipThatNamesAnotherNotificationIsFalseWhereNothingIsLost() {
        twoPrimaries();
        story.invoke(4).ok(4, 3);
        phone.skip(3, "id-unseen");
        story.quiet();
        Verdict verdict = verdict();
        assertThat(verdict.count(FindingKind.FALSE_SKIP), is(1L));
    }

    // Another life

    @Test
    void anEpochAfterTheLogWasLostIsTrue() {
        three();
        story.fault(Loses.EVERYTHING).healed().after(10);
        String old = story.position(3);
        story.epoch = "000000bb00000000";
        story.invoke(4).ok(4, 1);
        phone.lost().resume(old, "EPOCH", 1, 1).told("EPOCH", 1).takes(1, 4);
        story.quiet();
        clean();
    }

    @Test
    void anEpochInTheSameLifeIsFalse() {
        three();
        story.fault(Loses.EVERYTHING).healed();
        phone.lost().resume(3, "EPOCH", 1, 3).told("EPOCH", 1).got(1).got(2).got(3);
        story.quiet();
        finds(FALSE_RESET);
    }

    @Test
    void anEpochWithoutAFaultIsFalse() {
        three();
        String old = story.position(3);
        story.epoch = "000000bb00000000";
        story.invoke(4).ok(4, 4);
        phone.lost().resume(old, "EPOCH", 4, 4).told("EPOCH", 4).takes(4);
        story.quiet();
        finds(FALSE_RESET);
    }

    @Test
    void goingOnInAnotherLifeWithOkIsAConflict() {
        three();
        story.fault(Loses.EVERYTHING).healed().after(10);
        String old = story.position(3);
        story.epoch = "000000bb00000000";
        story.invoke(4).ok(4, 4);
        phone.lost().resume(old, "OK", 4, 4).takes(4);
        story.quiet();
        finds(CONFLICT);
    }
}
