package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.history.Loses;
import java.io.IOException;

/**
 * A fault with its target.
 *
 * @param target what it hurts, for the report
 * @param loses which acknowledged notifications it may take with it
 * @param begin hurts
 * @param heal undoes it, and returns when everything is there again
 */
public record Attack(String target, Loses loses, Step begin, Step heal) {

    /** Something that is done to the installation. */
    @FunctionalInterface
    public interface Step {
        void run() throws IOException, InterruptedException;
    }

    /** One that loses nothing. */
    static Attack on(String target, Step begin, Step heal) {
        return new Attack(target, Loses.NOTHING, begin, heal);
    }
}
