package dev.heliograph.client.device;

import dev.heliograph.proto.device.v1.Start;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How to subscribe. A subscription whose position is known goes on from there: to this client, to
 * its store, or to the gateways, which keep for 30 days what a device id has acknowledged. The
 * start only matters without one.
 */
public final class SubscribeOptions {

    /** Most notifications that {@link #lastN} may ask for; the log keeps about as many. */
    public static final int MAX_LAST_N = 1_000;

    /**
     * With the backoff of G-3 these take about 15 s at most: longer than a hiccup, short enough to
     * be told.
     */
    public static final int DEFAULT_ATTEMPTS = 6;

    private final Start start;
    private final int lastN;
    private final int attempts;
    private final Consumer<ChannelReset> onReset;

    private SubscribeOptions(Start start, int lastN, int attempts, Consumer<ChannelReset> onReset) {
        this.start = start;
        this.lastN = lastN;
        this.attempts = attempts;
        this.onReset = onReset;
    }

    /** Only what comes from now on. The default. */
    public static SubscribeOptions head() {
        return new SubscribeOptions(Start.START_HEAD, 0, DEFAULT_ATTEMPTS, reset -> {});
    }

    /** All that the log keeps. */
    public static SubscribeOptions earliest() {
        return new SubscribeOptions(Start.START_EARLIEST, 0, DEFAULT_ATTEMPTS, reset -> {});
    }

    /** The newest {@code count} that the log keeps, 1 to {@value #MAX_LAST_N}. */
    public static SubscribeOptions lastN(int count) {
        if (count < 1 || count > MAX_LAST_N) {
            throw new IllegalArgumentException(
                    "lastN has to be 1 to " + MAX_LAST_N + ", but is " + count);
        }
        return new SubscribeOptions(Start.START_LAST_N, count, DEFAULT_ATTEMPTS, reset -> {});
    }

    /**
     * Called when continuity broke, after the handler has finished what came before and ahead of
     * what comes next.
     */
    public SubscribeOptions onReset(Consumer<ChannelReset> listener) {
        return new SubscribeOptions(start, lastN, attempts, Objects.requireNonNull(listener));
    }

    /**
     * How often a notification is given to a handler that throws, at least 1; {@value
     * #DEFAULT_ATTEMPTS} by default.
     */
    public SubscribeOptions attempts(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("attempts has to be at least 1, but is " + count);
        }
        return new SubscribeOptions(start, lastN, count, onReset);
    }

    /** How often a notification is given to a handler that throws. */
    public int attempts() {
        return attempts;
    }

    Start start() {
        return start;
    }

    int lastN() {
        return lastN;
    }

    Consumer<ChannelReset> onReset() {
        return onReset;
    }
}
