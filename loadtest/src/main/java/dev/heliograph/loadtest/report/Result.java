package dev.heliograph.loadtest.report;

import dev.heliograph.loadtest.measure.Profile;
import dev.heliograph.loadtest.peer.Peer.Ability;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One run of one system.
 *
 * @param peer its name
 * @param abilities what the system does with notifications
 * @param phases in their order
 * @param problems why the run failed; none when it passed
 * @param remarks what else a reader has to know
 * @param timeline figures by time
 * @param profiles what recordings of processes showed, if any were made
 */
public record Result(
        String scenario,
        String peer,
        Set<Ability> abilities,
        List<Phase> phases,
        List<String> problems,
        List<String> remarks,
        List<Moment> timeline,
        List<Profile> profiles) {

    /** The phase that holds the figures of the whole run. */
    public static final String TOTAL = "total";

    /** Keeps copies. */
    public Result {
        abilities = Set.copyOf(abilities);
        phases = List.copyOf(phases);
        problems = List.copyOf(problems);
        remarks = List.copyOf(remarks);
        timeline = List.copyOf(timeline);
        profiles = List.copyOf(profiles);
    }

    /** Whether nothing is wrong. */
    public boolean passed() {
        return problems.isEmpty();
    }

    /** The largest costs that profiles showed. */
    public List<String> costs() {
        return profiles.stream()
                .flatMap(
                        profile ->
                                profile.costs().stream()
                                        .map(
                                                it ->
                                                        "%s, %s: %s"
                                                                .formatted(
                                                                        profile.process(),
                                                                        profile.kind(),
                                                                        it)))
                .toList();
    }

    /** A phase by its name. */
    public Optional<Phase> phase(String name) {
        return phases.stream().filter(phase -> phase.name().equals(name)).findFirst();
    }

    /** The whole run; without figures when it did not get that far. */
    public Phase total() {
        return phase(TOTAL).orElse(new Phase(TOTAL, Map.of(), List.of()));
    }
}
