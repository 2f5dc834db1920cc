package dev.heliograph.server.gateway;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * The subscriptions of a hub that get each entry as it comes. Guarded by the hub's lock. Each
 * subscription remembers its place here, so that leaving a topic of many thousands costs the same
 * as leaving one of two.
 */
final class LiveSubscriptions {

    /** Most channels are inboxes with one or two devices. */
    private static final int INITIAL_CAPACITY = 2;

    private Subscription[] items = new Subscription[INITIAL_CAPACITY];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    void add(Subscription subscription) {
        if (size == items.length) {
            items = Arrays.copyOf(items, size * 2);
        }
        subscription.livePlace(size);
        items[size++] = subscription;
    }

    /** Does nothing if it is not here. */
    void remove(Subscription subscription) {
        int place = subscription.livePlace();
        if (place < 0) {
            return;
        }
        Subscription last = items[--size];
        items[place] = last;
        last.livePlace(place);
        items[size] = null;
        subscription.livePlace(-1);
    }

    void removeIf(Predicate<Subscription> condition) {
        // From the end: what removal moves into a gap has been asked already.
        for (int i = size - 1; i >= 0; i--) {
            if (condition.test(items[i])) {
                remove(items[i]);
            }
        }
    }

    /** How many fit. */
    int count(Predicate<Subscription> condition) {
        int fit = 0;
        for (int i = 0; i < size; i++) {
            fit += condition.test(items[i]) ? 1 : 0;
        }
        return fit;
    }

    /** Empties the list and returns what was in it. */
    List<Subscription> takeAll() {
        List<Subscription> all = new ArrayList<>(Arrays.asList(items).subList(0, size));
        all.forEach(this::remove);
        return all;
    }
}
