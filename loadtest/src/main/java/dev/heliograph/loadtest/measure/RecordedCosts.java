package dev.heliograph.loadtest.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/** The largest costs in a recording, as sentences: where time goes, and for whom. */
final class RecordedCosts {

    private static final int SHOWN = 3;

    private static final String OURS = "dev.heliograph.";

    private final Map<String, Long> cpuTime = new HashMap<>();
    private final Map<String, Long> cpuSamples = new HashMap<>();
    private final Map<String, Long> allocated = new HashMap<>();
    private long pinned;
    private Duration pinnedTime = Duration.ZERO;

    private RecordedCosts() {}

    /** Reads all events. */
    static RecordedCosts read(Path recording) throws IOException {
        RecordedCosts costs = new RecordedCosts();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                costs.add(file.readEvent());
            }
        }
        return costs;
    }

    private void add(RecordedEvent event) {
        switch (event.getEventType().getName()) {
            case "jdk.CPUTimeSample" -> cpuTime.merge(place(event), 1L, Long::sum);
            case "jdk.ExecutionSample", "jdk.NativeMethodSample" ->
                    cpuSamples.merge(place(event), 1L, Long::sum);
            case "jdk.ObjectAllocationSample" ->
                    allocated.merge(
                            event.getClass("objectClass").getName() + " in " + place(event),
                            event.getLong("weight"),
                            Long::sum);
            case "jdk.VirtualThreadPinned" -> {
                pinned++;
                pinnedTime = pinnedTime.plus(event.getDuration());
            }
            default -> {
                // Of no interest here.
            }
        }
    }

    /** Whether samples are by CPU time, and not by the clock. */
    boolean hasCpuTime() {
        return !cpuTime.isEmpty();
    }

    /** The largest costs of CPU time, and pinned threads if there were any. */
    List<String> cpu() {
        List<String> costs = largest(hasCpuTime() ? cpuTime : cpuSamples);
        if (pinned > 0) {
            costs.add(
                    "%,d times a virtual thread held its carrier for more than 20 ms, %,d ms in all"
                            .formatted(pinned, pinnedTime.toMillis()));
        }
        return costs;
    }

    /** What is allocated most, and where. */
    List<String> allocation() {
        return largest(allocated);
    }

    private static List<String> largest(Map<String, Long> costs) {
        long all = Math.max(1, costs.values().stream().mapToLong(Long::longValue).sum());
        return new ArrayList<>(
                costs.entrySet().stream()
                        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                        .limit(SHOWN)
                        .map(
                                it ->
                                        String.format(
                                                Locale.ROOT,
                                                "%.1f %% %s",
                                                100.0 * it.getValue() / all,
                                                it.getKey()))
                        .toList());
    }

    /** The method at work, and the nearest one of ours that called it. */
    private static String place(RecordedEvent event) {
        RecordedStackTrace stack = event.getStackTrace();
        if (stack == null || stack.getFrames().isEmpty()) {
            return "where no stack could be read";
        }
        String top = name(stack.getFrames().getFirst());
        return stack.getFrames().stream()
                .map(RecordedCosts::name)
                .filter(name -> name.startsWith(OURS))
                .findFirst()
                .map(ours -> ours.equals(top) ? top : top + " for " + ours)
                .orElse(top);
    }

    private static String name(RecordedFrame frame) {
        return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
    }
}
