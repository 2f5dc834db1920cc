package dev.heliograph.loadtest.chaos.history;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process with devices, to be killed.
 *
 * <p>{@code RecordingDevices <history file> <devices file>}: the second is a JSON array of {@link
 * DeviceSpec}. It prints {@code ready} once all are started. It closes them in good order when its
 * standard input ends, so that it never outlives who started it.
 */
public final class RecordingDevices {

    private RecordingDevices() {}

    /** Runs until standard input ends. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length != 2) {
            System.err.println("Usage: RecordingDevices <history file> <devices file>");
            System.exit(2);
        }
        List<DeviceSpec> specs =
                new Gson()
                        .fromJson(
                                Files.readString(Path.of(args[1])),
                                new TypeToken<List<DeviceSpec>>() {});
        try (HistoryWriter history = HistoryWriter.open(Path.of(args[0]))) {
            List<RecordingDevice> devices = new ArrayList<>();
            for (DeviceSpec spec : specs) {
                devices.add(RecordingDevice.start(spec, history));
            }
            System.out.println("ready");
            awaitEndOfInput();
            List<Thread> closing = new ArrayList<>();
            for (RecordingDevice device : devices) {
                closing.add(Thread.startVirtualThread(device::close));
            }
            for (Thread thread : closing) {
                thread.join();
            }
        }
    }

    private static void awaitEndOfInput() throws IOException {
        byte[] ignored = new byte[256];
        int read = System.in.read(ignored);
        while (read >= 0) {
            read = System.in.read(ignored);
        }
    }
}
