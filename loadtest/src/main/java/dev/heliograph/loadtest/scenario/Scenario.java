package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.swarm.TopicPlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A command that does one thing to a system and its devices, and reports what it saw. */
abstract class Scenario extends RigCommand {

    /** Does it, and adds what it sees to the rig's findings. */
    abstract void load(Rig rig) throws Exception;

    /** What devices subscribe to, besides their inboxes. */
    TopicPlan topics() {
        return TopicPlan.NONE;
    }

    /** What Heliograph is told besides its defaults: keys below {@code heliograph}. */
    Map<String, String> heliograph() {
        return Map.of();
    }

    /** The longest that the scenario's own part takes, after devices have come and warmed up. */
    Duration longest() {
        return Duration.ofSeconds(seconds);
    }

    /** What the options say, checked. */
    final Settings settings() {
        return settings(topics());
    }

    @Override
    public final Integer call() throws Exception {
        return conclude(new Campaign(List.of(this), contestants(), rounds(), progress()).run());
    }
}
