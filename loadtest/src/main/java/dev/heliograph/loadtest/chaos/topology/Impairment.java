package dev.heliograph.loadtest.chaos.topology;

import java.time.Duration;

/** What a {@link FaultProxy} does to connections until it is healed. */
public sealed interface Impairment {

    /** Every chunk of bytes comes later by this, in both directions. */
    record Delay(Duration by) implements Impairment {}

    /**
     * Nothing gets through in the directions that are named, as when packets are dropped: bytes and
     * ends of connections wait, and go on when it is healed, as TCP would send them again.
     */
    record Blackhole(boolean towardsServer, boolean towardsClient) implements Impairment {}

    /** Bytes trickle in both directions. */
    record SlowBytes(int bytes, Duration every) implements Impairment {}

    /**
     * The other end of each connection that exists has vanished without a word: both ends hear
     * nothing any more. When it is healed they are reset, as by a machine that came back and knows
     * nothing of them. New connections work.
     */
    record HalfOpen() implements Impairment {}

    /** New connections are reset at once; the others stay. */
    record Refusal() implements Impairment {}
}
