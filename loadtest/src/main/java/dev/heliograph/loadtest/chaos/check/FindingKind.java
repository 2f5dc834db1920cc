package dev.heliograph.loadtest.chaos.check;

/** What may be wrong in a history. */
public enum FindingKind {
    /**
     * Stored, and neither handled, nor skipped for a true reason, nor covered by a true reset, by a
     * device that was subscribed.
     */
    LOST,
    /**
     * Handled twice, or brought twice by one subscription, or stored twice under one idempotency
     * key.
     */
    DUPLICATE,
    /** Came or was handled after something with a higher number. */
    DISORDER,
    /** Delivered though nobody sent it, or not so, or not there. */
    PHANTOM,
    /** The frames of a subscription do not cover each number, or resuming left some out. */
    HOLE,
    /**
     * Acknowledged, taken by a fault that may take it, and the device went on without being told.
     */
    UNTOLD,
    /** A reset over a range in which nothing was lost. */
    FALSE_RESET,
    /** A skip whose reason or counts are not true. */
    FALSE_SKIP,
    /** A device got what was for somebody else. */
    LEAK,
    /** A position was saved or acknowledged before the handler had finished with all up to it. */
    EARLY_ACK,
    /** Devices disagree on what has a number, and one was never told. */
    CONFLICT,
    /**
     * Came long after it was stored though nothing was wrong, again and again, or later than any
     * repair takes.
     */
    LATE,
    /** A device had not caught up at the end of the run. */
    BEHIND,
    /** The history itself cannot be trusted: lines are missing or make no sense. */
    BAD_HISTORY
}
