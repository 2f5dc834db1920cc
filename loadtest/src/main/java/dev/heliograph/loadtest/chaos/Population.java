package dev.heliograph.loadtest.chaos;

import dev.heliograph.loadtest.chaos.history.DeviceSpec;
import dev.heliograph.loadtest.chaos.topology.Installation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The users of a run and their devices: each has two or three, in three processes, so that a
 * process that is killed takes one device of a user and leaves another. Some keep their positions
 * in a file, some in memory; some have slow handlers; some write JSON.
 */
final class Population {

    private static final int USERS = 12;
    private static final int TOPICS = 4;

    /** Users who have a third device. */
    private static final int EVERY_THIRD = 3;

    private static final int EVERY_FOURTH = 4;

    /** Slower than notifications come while a backlog is worked off, faster than on average. */
    private static final int SLOW_HANDLER_MS = 20;

    /** Everyone has it. */
    static final String TOPIC_OF_ALL = "all";

    private final Installation installation;
    private final Path stores;

    /** Position stores go to the directory. */
    Population(Installation installation, Path stores) {
        this.installation = installation;
        this.stores = stores;
    }

    static List<String> users() {
        return IntStream.rangeClosed(1, USERS).mapToObj(i -> "user-" + i).toList();
    }

    static List<String> topics() {
        return IntStream.rangeClosed(1, TOPICS).mapToObj(i -> "topic-" + i).toList();
    }

    /** All channels. */
    static Set<String> channels() {
        Set<String> channels = new TreeSet<>();
        users().forEach(user -> channels.add("user/" + user));
        topics().forEach(topic -> channels.add("topic/" + topic));
        channels.add("topic/" + TOPIC_OF_ALL);
        return channels;
    }

    /** The phone of each user. */
    List<DeviceSpec> phones() {
        List<DeviceSpec> specs = new ArrayList<>();
        for (int i = 0; i < USERS; i++) {
            DeviceSpec spec = spec(i, "phone").store(stores.resolve("phone-" + i).toString());
            specs.add(i % EVERY_FOURTH == 0 ? spec.handlerMs(SLOW_HANDLER_MS) : spec);
        }
        return specs;
    }

    /** The desktop of some users, without a store. */
    List<DeviceSpec> desktops() {
        List<DeviceSpec> specs = new ArrayList<>();
        for (int i = 0; i < USERS; i += EVERY_THIRD) {
            DeviceSpec spec = spec(i, "desktop");
            specs.add(i % 2 == 0 ? spec.asJson() : spec);
        }
        return specs;
    }

    /**
     * The browser of each user. Few keep positions in a file, which Node writes while everything
     * else waits.
     */
    List<DeviceSpec> browsers() {
        List<DeviceSpec> specs = new ArrayList<>();
        for (int i = 0; i < USERS; i++) {
            DeviceSpec spec = spec(i, "browser");
            DeviceSpec encoded = i % EVERY_THIRD == 0 ? spec.asJson() : spec;
            specs.add(
                    i % EVERY_FOURTH == 0
                            ? encoded.store(stores.resolve("browser-" + i + ".json").toString())
                            : encoded);
        }
        return specs;
    }

    private DeviceSpec spec(int number, String device) {
        String user = users().get(number);
        String topic = topics().get(number % TOPICS);
        return DeviceSpec.of(
                        user,
                        device,
                        installation.deviceUrl(),
                        installation.deviceToken(user, List.of(topic, TOPIC_OF_ALL)))
                .channels("user/" + user, "topic/" + topic, "topic/" + TOPIC_OF_ALL);
    }

    /** The channels of each device, by its name. */
    static Map<String, List<String>> expected(List<DeviceSpec> specs) {
        Map<String, List<String>> expected = new TreeMap<>();
        specs.forEach(spec -> expected.put(spec.name(), spec.channels()));
        return expected;
    }
}
