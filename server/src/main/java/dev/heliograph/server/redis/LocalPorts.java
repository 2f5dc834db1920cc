package dev.heliograph.server.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;

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

    private LocalPorts() {}

    /** A loopback port that nothing listened on a moment ago. */
    public static int next() throws IOException {
        IOException failure = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = RANDOM.nextInt(FIRST, LAST + 1);
            try (ServerSocket socket =
                    new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }
}
