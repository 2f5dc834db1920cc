package dev.heliograph.cli;

import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/**
 * Ctrl-C and SIGTERM as an orderly end: the first one lets the command finish its work and exit
 * with 0, the second ends the process at once with 130. Without this the JVM would exit with 130 or
 * 143 on the first.
 */
final class Interrupts {

    private static final int INTERRUPTED_TWICE = 130;

    private final CountDownLatch first = new CountDownLatch(1);

    private Interrupts() {}

    static Interrupts install() {
        Interrupts interrupts = new Interrupts();
        Signal.handle(new Signal("INT"), _ -> interrupts.signalled());
        Signal.handle(new Signal("TERM"), _ -> interrupts.signalled());
        return interrupts;
    }

    /** Waits for the first one. */
    void await() throws InterruptedException {
        first.await();
    }

    private void signalled() {
        if (first.getCount() == 0) {
            Runtime.getRuntime().halt(INTERRUPTED_TWICE);
        }
        first.countDown();
    }
}
