package dev.heliograph.loadtest.scenario;

import java.io.PrintStream;

/** Says on the terminal how far a run is: a line that is written over, or a line now and then. */
final class Progress {

    private static final long TERMINAL_NANOS = 250_000_000L;

    /** A log file is to stay readable. */
    private static final long FILE_NANOS = 10_000_000_000L;

    private static final int BAR = 24;

    private final PrintStream out;
    private final boolean terminal;
    private volatile long shown;
    private volatile String phase = "start";

    /** On a stream; {@code terminal} when lines can be written over. */
    Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Something else begins. */
    void enter(String name) {
        phase = name;
        shown = terminal ? 0 : System.nanoTime();
    }

    /** How far it is. */
    void show(int ready, int devices, long sent, long received) {
        long now = System.nanoTime();
        if (now - shown < (terminal ? TERMINAL_NANOS : FILE_NANOS)) {
            return;
        }
        shown = now;
        int full = (int) ((long) BAR * ready / Math.max(1, devices));
        out.printf(
                "%s%-12s [%s%s] %,d of %,d devices, %,d sent, %,d delivered%s",
                terminal ? "\r" : "",
                phase,
                "#".repeat(full),
                " ".repeat(BAR - full),
                ready,
                devices,
                sent,
                received,
                terminal ? "\033[K" : System.lineSeparator());
        out.flush();
    }

    /** A line of its own. */
    void say(String line) {
        out.printf("%s%s%n", terminal ? "\r\033[K" : "", line);
    }
}
