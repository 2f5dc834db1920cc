package dev.heliograph.loadtest.peer;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Heliograph itself: a notify node and gateways, each a process of its own. */
public final class HeliographPeer implements Peer {

    /** Its name. */
    public static final String NAME = "heliograph";

    private final Map<String, String> settings;

    /**
     * Heliograph with other settings than its defaults.
     *
     * @param settings keys below {@code heliograph}
     */
    public HeliographPeer(Map<String, String> settings) {
        this.settings = Map.copyOf(settings);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<Ability> abilities() {
        return EnumSet.allOf(Ability.class);
    }

    @Override
    public Installation start(Plan plan) throws IOException, InterruptedException {
        return HeliographInstallation.start(plan, settings);
    }
}
