package dev.heliograph.server.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Ports for programs that may be restarted at the same address. */
public final class LocalPorts {

    /**
     * Below the range from which kernels take the ports of outgoing connections (32768 on Linux,
     * 49152 elsewhere): such a port is still free when the program comes back.
     */
    private static final int FIRST = 12_000;

    private static final int LAST = 31_999;

    /** So many taken ones in a row mean that something is wrong with the machine. */
    private static final int ATTEMPTS = 1_000;

    private static final SecureRandom RANDOM = new SecureRandom();

    /** Given to programs that may not have opened them yet. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private LocalPorts() {}

    /** A loopback port that nothing listened on a moment ago; no two calls return the same. */
    public static int next() throws IOException {
        IOException failure = new IOException("all ports tried have been given out");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = RANDOM.nextInt(FIRST, LAST + 1);
            try (ServerSocket socket =
                    new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                if (GIVEN.add(port)) {
                    return port;
                }
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }
}
