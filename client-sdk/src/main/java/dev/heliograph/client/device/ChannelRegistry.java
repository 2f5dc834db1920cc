package dev.heliograph.client.device;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A client's subscriptions, and the ids that its channels have seen. Owned by the loop. */
final class ChannelRegistry {

    /** The name that stands for the user's own inbox. */
    static final String INBOX = "inbox";

    /**
     * Ids of channels that were left: an app that walks through ever new topics must not fill the
     * memory.
     */
    private static final int MAX_REMEMBERED_CHANNELS = 256;

    private final List<ChannelSubscription> subscriptions = new ArrayList<>();
    private final Map<String, ChannelSubscription> byWireName = new LinkedHashMap<>();
    private final Map<String, RecentIds> recentIds = new LinkedHashMap<>(16, 0.75f, true);

    void add(ChannelSubscription subscription) {
        subscriptions.add(subscription);
    }

    void remove(ChannelSubscription subscription) {
        subscriptions.remove(subscription);
        byWireName.remove(subscription.wireName(), subscription);
        var oldest = recentIds.keySet().iterator();
        while (recentIds.size() > MAX_REMEMBERED_CHANNELS && oldest.hasNext()) {
            if (!byWireName.containsKey(oldest.next())) {
                oldest.remove();
            }
        }
    }

    List<ChannelSubscription> all() {
        return List.copyOf(subscriptions);
    }

    /** The subscription that a frame's channel belongs to. */
    Optional<ChannelSubscription> of(String wireName) {
        return Optional.ofNullable(byWireName.get(wireName));
    }

    /** Takes a subscription up on a welcomed connection. */
    void attach(ChannelSubscription subscription, DeviceConnection connection, String inbox) {
        String wireName = subscription.channel().equals(INBOX) ? inbox : subscription.channel();
        ChannelSubscription other = byWireName.putIfAbsent(wireName, subscription);
        if (other == null || other == subscription) {
            RecentIds ids = recentIds.computeIfAbsent(wireName, channel -> new RecentIds());
            subscription.attach(connection, wireName, ids);
        } else {
            subscription.fail(
                    SubscriptionException.Reason.DUPLICATE,
                    "The client has another subscription for " + wireName + "; close it first",
                    null);
        }
    }
}
