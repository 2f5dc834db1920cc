package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.server.log.Position;

/** A reset that a gateway told a device, to be judged when all is known. */
final class ResetCase {

    final ChannelView view;
    final String outcome;

    /** Where the device stood. */
    final Place stood;

    final String epoch;
    final long next;
    final long head;
    final long t;
    final long at;

    /** Line that brought again what the device stood at, under the same number; 0 for none. */
    long broughtAgain;

    ResetCase(
            ChannelView view,
            String outcome,
            Place stood,
            String epoch,
            long next,
            long head,
            long t,
            long at) {
        this.view = view;
        this.outcome = outcome;
        this.stood = stood;
        this.epoch = epoch;
        this.next = next;
        this.head = head;
        this.t = t;
        this.at = at;
    }

    /** Whether what the device stood at is still there, and only what comes after it is new. */
    boolean goesOn() {
        return next == stood.seq() + 1 && Position.sameLife(epoch, stood.epoch());
    }

    /** Whether the device was told that numbers mean something else now. */
    boolean isAnotherLog() {
        return !outcome.equals("TRIMMED");
    }
}
