package dev.heliograph.server.log;

import static dev.heliograph.server.log.RedisLog.ascii;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * How many connections each gateway of the installation holds: one hash, in which each notes its
 * own number now and then.
 */
public final class GatewayCounts {

    private static final byte[] GONE = new byte[0];

    private final RedisPipes control;
    private final byte[] lifeMs;

    /**
     * @param life of a note: a gateway that has not renewed its own for so long counts as gone
     */
    GatewayCounts(RedisPipes control, Duration life) {
        this.control = control;
        this.lifeMs = ascii(life.toMillis());
    }

    /**
     * Notes what this gateway holds.
     *
     * @param instance names the process: no other ever had the name
     * @return the connections of each instance, this one among them
     */
    public CompletableFuture<Map<String, Integer>> note(String instance, int connections) {
        return run(instance, ascii(connections));
    }

    /** This gateway takes no more devices. */
    public CompletableFuture<Map<String, Integer>> leave(String instance) {
        return run(instance, GONE);
    }

    private CompletableFuture<Map<String, Integer>> run(String instance, byte[] connections) {
        return control.run(
                        Script.NODES,
                        List.of(Keys.gateways()),
                        instance.getBytes(UTF_8),
                        connections,
                        lifeMs)
                .thenApply(GatewayCounts::counts);
    }

    private static Map<String, Integer> counts(List<Object> reply) {
        Map<String, Integer> counts = HashMap.newHashMap(reply.size() / 2);
        for (int i = 0; i < reply.size(); i += 2) {
            counts.put(
                    RedisLog.text(reply.get(i)), Integer.parseInt(RedisLog.text(reply.get(i + 1))));
        }
        return counts;
    }
}
