package dev.heliograph.loadtest.chaos.history;

import dev.heliograph.loadtest.chaos.history.HistoryEvent.Handled;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Waits until devices have caught up: a last notification, the marker, was sent to each channel,
 * and since order holds, a device that has handled it has done with everything before.
 */
public final class Quiescence {

    private static final long POLL_MS = 100;

    private final Path directory;
    private final Map<Path, Long> offsets = new HashMap<>();

    /** Looks at what is written to a history from now on. Make it before the markers are sent. */
    public Quiescence(Path directory) throws IOException {
        this.directory = directory;
        for (Path file : HistoryFiles.in(directory)) {
            offsets.put(file, file.toFile().length());
        }
    }

    /**
     * Waits until each device has handled the marker of each of its channels.
     *
     * @param devices channels of each device that is expected, by its name {@code user/device}
     * @param markers op of the marker of each channel
     * @return what is still missing at the end, as {@code user/device channel}; empty when all came
     */
    public Set<String> await(
            Map<String, ? extends Collection<String>> devices,
            Map<String, Long> markers,
            Duration atMost)
            throws IOException, InterruptedException {
        Map<String, Long> missing = new TreeMap<>();
        devices.forEach(
                (device, channels) -> {
                    for (String channel : channels) {
                        if (markers.containsKey(channel)) {
                            missing.put(device + ' ' + channel, markers.get(channel));
                        }
                    }
                });
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            for (Path file : HistoryFiles.in(directory)) {
                read(file, missing);
            }
            if (missing.isEmpty() || System.nanoTime() > deadline) {
                return new TreeSet<>(missing.keySet());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    private void read(Path path, Map<String, Long> missing) throws IOException {
        long offset = offsets.getOrDefault(path, 0L);
        byte[] fresh;
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            file.seek(offset);
            fresh = new byte[(int) Math.min(1 << 26, file.length() - offset)];
            file.readFully(fresh);
        }
        int end = fresh.length;
        while (end > 0 && fresh[end - 1] != '\n') {
            end--;
        }
        offsets.put(path, offset + end);
        for (String line : new String(fresh, 0, end, StandardCharsets.UTF_8).lines().toList()) {
            if (line.contains("\"handled\"") && HistoryJson.parse(line) instanceof Handled it) {
                missing.remove(it.dev() + ' ' + it.ch(), it.op());
            }
        }
    }
}
