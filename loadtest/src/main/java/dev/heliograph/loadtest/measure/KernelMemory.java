package dev.heliograph.loadtest.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel itself holds, for the whole machine: sockets on both sides, and all else. */
public final class KernelMemory {

    private static final Pattern SLAB = Pattern.compile("(?m)^Slab:\\s+(\\d+) kB");
    private static final Pattern TCP = Pattern.compile("(?m)^TCP: .* mem (\\d+)");

    /** The size of a page on every machine that this runs on. */
    private static final int PAGE_BYTES = 4_096;

    private KernelMemory() {}

    /** Slab caches, where sockets and files are, and what sockets have buffered; in bytes. */
    public static long bytes() throws IOException {
        return number(SLAB, "/proc/meminfo") * 1_024
                + number(TCP, "/proc/net/sockstat") * PAGE_BYTES;
    }

    private static long number(Pattern pattern, String file) throws IOException {
        Matcher matcher = pattern.matcher(Files.readString(Path.of(file)));
        if (!matcher.find()) {
            throw new IOException("Nothing like " + pattern + " in " + file);
        }
        return Long.parseLong(matcher.group(1));
    }
}
