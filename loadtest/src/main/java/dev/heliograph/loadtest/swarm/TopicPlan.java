package dev.heliograph.loadtest.swarm;

import java.util.ArrayList;
import java.util.List;

/**
 * Who subscribes to which topics, which are called {@code t0}, {@code t1} and so on: first those
 * that all devices subscribe to, then those of which each device has some, spread evenly.
 *
 * @param forAll topics that every device subscribes to
 * @param spread further topics
 * @param ofSpread how many of these each device subscribes to, at most {@code spread}
 */
public record TopicPlan(int forAll, int spread, int ofSpread) {

    /** No topics: devices have only what is sent to their users. */
    public static final TopicPlan NONE = new TopicPlan(0, 0, 0);

    /** One topic, and every device subscribes to it. */
    public static final TopicPlan BROADCAST = new TopicPlan(1, 0, 0);

    /** Checks them. */
    public TopicPlan {
        if (forAll < 0 || spread < 0 || ofSpread < 0 || ofSpread > spread) {
            throw new IllegalArgumentException(
                    "There are no " + ofSpread + " of " + spread + " topics, beside " + forAll);
        }
    }

    /** All topics there are. */
    public int count() {
        return forAll + spread;
    }

    /** How many each device subscribes to. */
    public int perDevice() {
        return forAll + ofSpread;
    }

    /** The number of a device's topic in this place, 0 to {@link #perDevice}. */
    public int topic(int device, int place) {
        return place < forAll
                ? place
                : forAll + (int) (((long) device * ofSpread + place - forAll) % spread);
    }

    /** In which place a device has a topic; negative when it has not. */
    int place(int device, int topic) {
        if (topic < forAll) {
            return topic;
        }
        if (topic >= count()) {
            return -1;
        }
        int place = Math.floorMod(topic - forAll - (long) device * ofSpread, spread);
        return place < ofSpread ? forAll + place : -1;
    }

    /** Stands for all topics in a token. */
    static final String ALL_NAMES = "t*";

    /** What a topic is called. */
    public static String name(int topic) {
        return "t" + topic;
    }

    /** A device's topics by name. */
    List<String> names(int device) {
        List<String> names = new ArrayList<>(perDevice());
        for (int place = 0; place < perDevice(); place++) {
            names.add(name(topic(device, place)));
        }
        return names;
    }
}
