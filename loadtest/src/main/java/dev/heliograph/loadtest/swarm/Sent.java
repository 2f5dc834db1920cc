package dev.heliograph.loadtest.swarm;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * What the senders of a run have sent: it numbers the payloads of each channel from 0, and knows
 * whose call failed. Several threads may use it.
 */
public final class Sent {

    private final long run;
    private final int payloadBytes;
    private final AtomicIntegerArray users;
    private final AtomicIntegerArray topics;
    private final Set<Serial> failed = ConcurrentHashMap.newKeySet();

    /**
     * One payload of the run.
     *
     * @param channel see {@link Payload}
     * @param number within the channel
     */
    public record Serial(int channel, int number) {
        @Override
        public String toString() {
            return Payload.name(channel) + " " + number;
        }
    }

    /** A payload that is on its way, with its number. */
    public record Shipment(Serial number, byte[] payload) {}

    /** Nothing has been sent to the devices and topics of the plan. */
    public Sent(SwarmPlan plan) {
        run = plan.run();
        payloadBytes = plan.payloadBytes();
        users = new AtomicIntegerArray(plan.devices());
        topics = new AtomicIntegerArray(plan.topics().count());
    }

    /**
     * The next payload for a user.
     *
     * @param intendedNanos when it is due, on the clock of {@link System#nanoTime}
     */
    public Shipment toUser(int user, long intendedNanos) {
        return shipment(Payload.user(user), users.getAndIncrement(user), intendedNanos);
    }

    /** The same for a topic. */
    public Shipment toTopic(int topic, long intendedNanos) {
        return shipment(Payload.topic(topic), topics.getAndIncrement(topic), intendedNanos);
    }

    /** Its call failed: nobody is to wait for it. It may come all the same. */
    public void failed(Serial number) {
        failed.add(number);
    }

    /** How many were sent to the user, failed ones among them. */
    public int toUser(int user) {
        return users.get(user);
    }

    /** How many were sent to the topic, failed ones among them. */
    public int toTopic(int topic) {
        return topics.get(topic);
    }

    /** Whose call failed. */
    public Set<Serial> failed() {
        return Set.copyOf(failed);
    }

    /** Deliveries that are due to the devices that the plan subscribes, all in all. */
    public long deliveriesDue(SwarmPlan plan) {
        long due = 0;
        for (int device = 0; device < users.length(); device++) {
            due += users.get(device);
        }
        long[] subscribers = new long[topics.length()];
        for (int device = 0; device < plan.devices(); device++) {
            for (int slot = 0; slot < plan.topics().perDevice(); slot++) {
                subscribers[plan.topics().topic(device, slot)]++;
            }
        }
        for (int topic = 0; topic < subscribers.length; topic++) {
            due += subscribers[topic] * topics.get(topic);
        }
        for (Serial number : failed) {
            due -=
                    Payload.isTopic(number.channel())
                            ? subscribers[Payload.number(number.channel())]
                            : 1;
        }
        return due;
    }

    /** How many each topic was sent. */
    int[] topicCounts() {
        int[] counts = new int[topics.length()];
        Arrays.setAll(counts, topics::get);
        return counts;
    }

    private Shipment shipment(int channel, int number, long intendedNanos) {
        return new Shipment(
                new Serial(channel, number),
                Payload.write(
                        run, channel, number, intendedNanos + Payload.offsetNanos(), payloadBytes));
    }
}
