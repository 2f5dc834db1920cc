package dev.heliograph.loadtest.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Linux says of a process in /proc, see proc(5). */
public final class ProcStat {

    /** USER_HZ: 100 on every architecture that Linux still builds for servers. */
    private static final long MICROS_PER_TICK = 10_000;

    /* Fields after the last ')' of /proc/<pid>/stat, counted from 0: 11 is utime, 12 stime. */
    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;

    private static final Pattern RSS = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    private ProcStat() {}

    /** User and system time of all its threads so far, in µs, to 10 ms. */
    public static long cpuMicros(long pid) throws IOException {
        return cpuMicros(read(pid, "stat"));
    }

    static long cpuMicros(String stat) {
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        long ticks =
                Long.parseLong(fields.get(USER_TIME)) + Long.parseLong(fields.get(SYSTEM_TIME));
        return ticks * MICROS_PER_TICK;
    }

    /** Resident memory, in bytes. */
    public static long rssBytes(long pid) throws IOException {
        return rssBytes(read(pid, "status"));
    }

    static long rssBytes(String status) throws IOException {
        Matcher rss = RSS.matcher(status);
        if (!rss.find()) {
            throw new IOException("No VmRSS in the process' status");
        }
        return Long.parseLong(rss.group(1)) * 1024;
    }

    private static String read(long pid, String file) throws IOException {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (NoSuchFileException e) {
            throw new IOException("A process of the system has ended by itself", e);
        }
    }

    /** Open file descriptors. Takes some 10 ms with 18,000 of them. */
    public static int fileDescriptors(long pid) throws IOException {
        int count = 0;
        try (DirectoryStream<Path> open =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path _ : open) {
                count++;
            }
        }
        return count;
    }
}
