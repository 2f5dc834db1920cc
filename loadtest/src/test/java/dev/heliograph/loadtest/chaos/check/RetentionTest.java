package dev.heliograph.loadtest.chaos.check;

import static dev.heliograph.loadtest.chaos.check.FindingKind.FALSE_RESET;
import static dev.heliograph.loadtest.chaos.check.FindingKind.FALSE_SKIP;
import static dev.heliograph.loadtest.chaos.check.FindingKind.HOLE;
import static dev.heliograph.loadtest.chaos.check.FindingKind.LOST;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import org.junit.jupiter.api.Test;

/** What a log keeps no longer, and what has expired in it. */
class RetentionTest extends JudgedStory {

    // Retention

    @Test
    void trimmedIsTrueWhenTheLogKeptTheNewest() {
        three().lost();
        story.stored(4, 20);
        phone.resume(3, "TRIMMED", 11, 20).told("TRIMMED", 11).takesAll(11, 20);
        story.quiet();
        assertThat(clean().tally().trimmed(), is(7L));
    }

    @Test
    void trimmedIsFalseWhenTheLogShouldHaveKeptMore() {
        three().lost();
        story.stored(4, 20);
        phone.resume(3, "TRIMMED", 12, 20).told("TRIMMED", 12).takesAll(12, 20);
        story.quiet();
        finds(FALSE_RESET, LOST);
    }

    @Test
    void trimmedIsTrueForWhatHadAged() {
        three().lost();
        story.stored(4, 4).after(Story.RETENTION_MS).stored(5, 5);
        phone.resume(3, "TRIMMED", 5, 5).told("TRIMMED", 5).takes(5);
        story.quiet();
        clean();
    }

    @Test
    void trimmedIsFalseWhenNothingLiesBetween() {
        three().lost().resume(3, "TRIMMED", 1, 3).told("TRIMMED", 1).got(1).got(2).got(3);
        story.quiet();
        finds(FALSE_RESET);
    }

    @Test
    void aRefusedPositionIsAFalseReset() {
        three().lost().ask(story.position(3)).refused("INVALID_POSITION");
        phone.begin(1, "EARLIEST", 3).told("INVALID_POSITION", 1).got(1).got(2).got(3);
        story.quiet();
        finds(FALSE_RESET);
    }

    @Test
    void anSdkThatTellsOfAResetThatNeverWasIsFound() {
        three().told("FORK", 1);
        story.quiet();
        finds(FALSE_RESET);
    }

    @Test
    void aResetOfARunningSubscriptionIsJudgedLikeAnyOther() {
        three().subscribed("FORK", 1, 3, story.position(0)).told("FORK", 1).got(1).got(2).got(3);
        story.quiet();
        finds(FALSE_RESET);
    }

    // Skips

    @Test
    void aSkipOfWhatHasExpiredIsTrue() {
        three();
        story.ttl(1_000).stored(4, 5).ttl(0).after(1_500);
        phone.skip(4, 5, 2, "expired");
        story.stored(6, 6);
        phone.takes(6);
        story.quiet();
        assertThat(clean().tally().expired(), is(2L));
    }

    @Test
    void aSkipOfWhatHasNotExpiredIsFalse() {
        three();
        story.ttl(60_000).stored(4, 4).ttl(0);
        phone.skip(4, 4, 1, "expired");
        story.stored(5, 5);
        phone.takes(5);
        story.quiet();
        finds(FALSE_SKIP, LOST);
    }

    @Test
    void aSkipOfWhatNeverExpiresIsFalse() {
        three();
        story.stored(4, 5).after(100_000);
        phone.skip(4, 4, 1, "expired").takes(5);
        story.quiet();
        finds(FALSE_SKIP, LOST);
    }

    @Test
    void aSkipWhoseCountsDoNotAddUpIsFalse() {
        three();
        story.ttl(1_000).stored(4, 5).ttl(0).after(2_500);
        phone.skip(4, 5, 1, "expired").resume(3, "OK", 4, 5).skip(4, 5, 2, "expired");
        story.quiet();
        finds(FALSE_SKIP);
    }

    @Test
    void aSkipForAReasonThatCannotBeIsFalse() {
        three();
        story.stored(4, 4);
        phone.skip(4, 4, 1, "unreadable");
        story.quiet();
        finds(FALSE_SKIP, LOST);
    }

    @Test
    void aSkipOfWhatMayHaveBeenStoredAndExpiredIsTrue() {
        three();
        story.ttl(1_000).invoke(4).unknown(4).ttl(0).after(2_500);
        phone.skip(4, 4, 1, "expired");
        story.stored(5, 5);
        phone.takes(5);
        story.quiet();
        clean();
    }

    @Test
    void aSkipOfMoreThanCanHaveBeenStoredIsFalse() {
        three();
        story.ttl(1_000).invoke(4).unknown(4).ttl(0).after(2_500);
        phone.skip(4, 5, 2, "expired");
        story.stored(6, 6);
        phone.takes(6);
        story.quiet();
        finds(FALSE_SKIP);
    }

    @Test
    void aGapThatIsNeitherSkippedNorToldIsAHoleAndALoss() {
        three();
        story.stored(4, 5);
        phone.takes(5);
        story.quiet();
        finds(HOLE, LOST);
    }
}
