package dev.heliograph.loadtest.chaos.history;

import dev.heliograph.loadtest.chaos.history.HistoryEvent.FaultBegan;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.FaultEnded;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Killed;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Quiet;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Records what the schedule of a run does, in {@code run.jsonl}. */
public final class RunRecorder implements AutoCloseable {

    private final HistoryWriter out;
    private final AtomicLong faults = new AtomicLong();

    private RunRecorder(HistoryWriter out) {
        this.out = out;
    }

    /**
     * Begins the history of a run. Call it before devices and producers start.
     *
     * @param maxLength {@code log.max-length} of the servers
     * @param retentionMs {@code log.retention} of the servers
     */
    public static RunRecorder begin(
            Path directory, String topology, long seed, int maxLength, long retentionMs)
            throws IOException {
        RunRecorder recorder = new RunRecorder(HistoryWriter.open(directory, "run"));
        recorder.out.write(t -> new Run(t, topology, seed, maxLength, retentionMs));
        return recorder;
    }

    /**
     * A fault is about to act; call it before it does.
     *
     * @return its number for {@link #faultEnded}
     */
    public long faultBegan(String kind, String target, Loses loses) {
        long number = faults.incrementAndGet();
        out.write(t -> new FaultBegan(t, number, kind, target, loses));
        return number;
    }

    /**
     * A fault was undone, or has done all that it does: for one that loses data, when no part can
     * write to what is lost any more.
     */
    public void faultEnded(long fault) {
        out.write(t -> new FaultEnded(t, fault));
    }

    /** A device's process was killed; call it before the kill. */
    public void killed(String device, int incarnation) {
        out.write(t -> new Killed(t, device, incarnation));
    }

    /**
     * The run is over: producers have stopped, and devices were waited for.
     *
     * @param missing what {@link Quiescence} found missing
     */
    public void quiet(Collection<String> missing) {
        out.write(t -> new Quiet(t, List.copyOf(missing)));
    }

    @Override
    public void close() {
        out.close();
    }
}
