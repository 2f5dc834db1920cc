package dev.heliograph.server.observe;

import io.helidon.health.HealthCheckResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;

/** What the admin port says of this process. Parts register what they need to be ready. */
public final class Health {

    /** A listener on the same machine answers in microseconds, or is stuck. */
    private static final int CONNECT_TIMEOUT_MS = 1_000;

    private final Map<String, BooleanSupplier> conditions = new ConcurrentSkipListMap<>();

    /**
     * Not ready while the condition does not hold. It is asked on each probe and must not block.
     */
    public void readyWhen(String name, BooleanSupplier condition) {
        conditions.put(name, condition);
    }

    /** Ready when all conditions hold. */
    public HealthCheckResponse readiness() {
        HealthCheckResponse.Builder response = HealthCheckResponse.builder();
        boolean all = true;
        for (Map.Entry<String, BooleanSupplier> condition : conditions.entrySet()) {
            boolean holds = condition.getValue().getAsBoolean();
            all &= holds;
            response.detail(condition.getKey(), holds);
        }
        return response.status(all).build();
    }

    /**
     * Alive while the listener takes connections. It really connects, since the accept loop can die
     * of a lack of file descriptors while the server still calls itself running.
     */
    public static HealthCheckResponse listener(String bindAddress, int port) {
        return HealthCheckResponse.builder()
                .status(accepts(bindAddress, port))
                .detail("port", port)
                .build();
    }

    private static boolean accepts(String bindAddress, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(reachable(bindAddress), port), CONNECT_TIMEOUT_MS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static InetAddress reachable(String bindAddress) throws UnknownHostException {
        InetAddress address = InetAddress.getByName(bindAddress);
        return address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
    }
}
