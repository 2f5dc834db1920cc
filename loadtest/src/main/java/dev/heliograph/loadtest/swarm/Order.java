package dev.heliograph.loadtest.swarm;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a process of a swarm is told, as a line of JSON: {@code {"order":"CutAll","body":{}}}. */
sealed interface Order {

    /**
     * The first one: what devices there are.
     *
     * @param first number of the process's first device
     * @param step from the number of one of its devices to that of the next
     * @param count of its devices
     */
    record SetUp(
            String protocol,
            List<String> targets,
            String jwks,
            int first,
            int step,
            int count,
            TopicPlan topics,
            boolean acks,
            long run,
            long offsetNanos)
            implements Order {}

    /** The next devices come. The patience of the ramp is the orchestrator's matter. */
    record Connect(int count, double fromPerSecond, double toPerSecond) implements Order {}

    /** All connections end with a reset. */
    record CutAll() implements Order {}

    /** So many devices a second go and come back. */
    record Churn(double perSecond) implements Order {}

    /** So many read slowly. */
    record Slow(double fraction, int bytesPerSecond) implements Order {}

    /** All go. */
    record DisconnectAll() implements Order {}

    /** Asks for a {@link Snapshot}. */
    record Look() implements Order {}

    /** An interval begins. */
    record Begin() implements Order {}

    /** Asks for the interval until now. */
    record End() implements Order {}

    /**
     * Asks what has not come.
     *
     * @param users how many were sent to the user of each of its devices
     * @param topics how many were sent to each topic
     */
    record Outstanding(int first, int step, int[] users, int[] topics, List<Sent.Serial> failed)
            implements Order {}

    /** All kinds by name. */
    Map<String, Class<?>> KINDS =
            Stream.of(Order.class.getPermittedSubclasses())
                    .collect(Collectors.toMap(Class::getSimpleName, Function.identity()));

    /** Shared: it keeps what it learns about types. */
    Gson GSON = new Gson();

    /** As a line, without its end. */
    default String line() {
        JsonObject line = new JsonObject();
        line.addProperty("order", getClass().getSimpleName());
        line.add("body", GSON.toJsonTree(this));
        return GSON.toJson(line);
    }

    /** Reads a line. */
    static Order of(String line) {
        JsonObject read = GSON.fromJson(line, JsonObject.class);
        Class<?> kind = KINDS.get(read.get("order").getAsString());
        return (Order) GSON.fromJson(read.get("body"), kind);
    }
}
