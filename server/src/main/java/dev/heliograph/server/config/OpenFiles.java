package dev.heliograph.server.config;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.OptionalInt;

/**
 * How many files the process may have open, and who gets them; a socket is one. An accept that
 * finds none left ends Helidon's listener for good, so all shares together stay below the limit.
 *
 * @param limit as {@code ulimit -n} says
 */
public record OpenFiles(long limit) {

    private static final System.Logger LOGGER = System.getLogger(OpenFiles.class.getName());

    /**
     * What a process needs for itself: some 100 for class path and JDK, up to 100 connections to a
     * large Redis Cluster, and pipes, selectors, listeners, key sets.
     */
    private static final int OWN = 256;

    /** Small listeners together take no more than a few twentieths of a small limit. */
    private static final int SMALL_SHARE = 20;

    /** Browsers with the console open, where no gateway sets a limit of its own. */
    private static final int MOST_HTTP = 1_000;

    /** Backends hold a few connections each. */
    private static final int MOST_GRPC = 1_000;

    /** Probes and scrapers. */
    private static final int MOST_ADMIN = 100;

    /** One socket that is no device's yet for so many that are, within these bounds. */
    private static final int DEVICES_PER_SPARE = 8;

    private static final int LEAST_SPARE = 16;
    private static final int MOST_SPARE = 512;

    /** Half of the heap may be idle devices, of which one needs at most half of this. */
    private static final int HEAP_PER_DEVICE = 2 * 16 * 1024;

    /** The JDK's TLS keeps buffers, keys and the peers' certificates: 16 KiB more when idle. */
    private static final int HEAP_PER_TLS_DEVICE = 2 * HEAP_PER_DEVICE;

    /** Of this process. Where the system tells no limit, there is none. */
    public static OpenFiles ofProcess() {
        return new OpenFiles(
                ManagementFactory.getOperatingSystemMXBean()
                                instanceof UnixOperatingSystemMXBean unix
                        ? unix.getMaxFileDescriptorCount()
                        : Long.MAX_VALUE);
    }

    /** Most connections of the HTTP port of a process without a gateway. */
    public int httpConnections() {
        return share(MOST_HTTP);
    }

    /** Most connections of the gRPC port. */
    public int grpcConnections() {
        return share(MOST_GRPC);
    }

    /** Most connections of the admin port. */
    public int adminConnections() {
        return share(MOST_ADMIN);
    }

    /**
     * Sockets of a gateway beside those of its devices: handshakes, refusals, verdicts, the
     * console.
     */
    public static int spareSockets(int maxConnections) {
        return Math.clamp(maxConnections / DEVICES_PER_SPARE, LEAST_SPARE, MOST_SPARE);
    }

    /**
     * Most devices of this process: what is configured, else what files and heap carry.
     *
     * @param configured empty to derive it
     * @param notify whether the process also has a gRPC port
     * @param tls whether devices speak TLS with this process
     * @throws IllegalArgumentException when the files carry none
     */
    public int maxConnections(OptionalInt configured, boolean notify, boolean tls) {
        long left = limit - OWN - adminConnections() - (notify ? grpcConnections() : 0);
        long carried =
                left >= (long) MOST_SPARE * (DEVICES_PER_SPARE + 1)
                        ? left - MOST_SPARE
                        : Math.min(
                                left * DEVICES_PER_SPARE / (DEVICES_PER_SPARE + 1),
                                left - LEAST_SPARE);
        if (carried < 1) {
            throw new IllegalArgumentException(
                    ("The process may open %d files (ulimit -n), which leaves none for devices:"
                                    + " allow it twice as many")
                            .formatted(limit));
        }
        if (configured.isEmpty()) {
            return (int) Math.min(carried, heapConnections(tls));
        }
        if (configured.getAsInt() > carried) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "heliograph.gateway.max-connections is lowered from {0} to {1}: the process may"
                            + " open {2} files (ulimit -n), and the rest is for Redis, other ports"
                            + " and connections being made",
                    Integer.toString(configured.getAsInt()),
                    Long.toString(carried),
                    Long.toString(limit));
        }
        return (int) Math.min(configured.getAsInt(), carried);
    }

    private static long heapConnections(boolean tls) {
        int each = tls ? HEAP_PER_TLS_DEVICE : HEAP_PER_DEVICE;
        return Math.max(1, Runtime.getRuntime().maxMemory() / each);
    }

    private int share(int most) {
        return (int) Math.clamp(limit / SMALL_SHARE, 1, most);
    }
}
