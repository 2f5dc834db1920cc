package dev.heliograph.loadtest.chaos;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;

import dev.heliograph.loadtest.chaos.Schedule.Group;
import dev.heliograph.loadtest.chaos.Schedule.Planned;
import dev.heliograph.loadtest.chaos.fault.Fault;
import dev.heliograph.loadtest.chaos.fault.Faults;
import dev.heliograph.loadtest.chaos.topology.TopologyKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScheduleTest {

    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    @ParameterizedTest
    @EnumSource(TopologyKind.class)
    void tenMinutesHoldEachFaultTwiceAndAtLeast25WhateverTheSeed(TopologyKind topology) {
        List<Fault> faults = Faults.in(topology);
        for (long seed = 1; seed <= 200; seed++) {
            Schedule schedule = Schedule.of(seed, TEN_MINUTES, faults);
            assertThat(schedule.size(), greaterThanOrEqualTo(25));
            Map<String, Long> times =
                    all(schedule).stream()
                            .map(planned -> planned.fault().kind())
                            .collect(
                                    Collectors.groupingBy(
                                            Function.identity(), Collectors.counting()));
            for (Fault fault : faults) {
                assertThat(
                        "seed " + seed + ", " + fault.kind(),
                        times.getOrDefault(fault.kind(), 0L),
                        greaterThanOrEqualTo(2L));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TopologyKind.class)
    void faultsOfAGroupHurtDifferentParts(TopologyKind topology) {
        Schedule schedule = Schedule.of(1, TEN_MINUTES, Faults.in(topology));
        for (Group group : schedule.groups()) {
            long parts =
                    group.faults().stream()
                            .map(planned -> planned.fault().part())
                            .distinct()
                            .count();
            assertThat(parts, is((long) group.faults().size()));
            assertThat(group.faults().size(), lessThanOrEqualTo(4));
        }
    }

    @ParameterizedTest
    @EnumSource(TopologyKind.class)
    void theSameSeedGivesTheSameScheduleAndAnotherOneAnother(TopologyKind topology) {
        assertThat(shown(7, topology), is(shown(7, topology)));
        assertThat(
                LongStream.range(1, 20).mapToObj(seed -> shown(seed, topology)).distinct().count(),
                is(19L));
        assertThat(shown(7, topology), not(shown(8, topology)));
    }

    @ParameterizedTest
    @EnumSource(TopologyKind.class)
    void aMinuteHoldsAGroup(TopologyKind topology) {
        for (long seed = 1; seed <= 200; seed++) {
            Schedule schedule = Schedule.of(seed, Duration.ofMinutes(1), Faults.in(topology));
            assertThat("seed " + seed, schedule.size(), greaterThanOrEqualTo(1));
        }
    }

    private static List<Planned> all(Schedule schedule) {
        return schedule.groups().stream().flatMap(group -> group.faults().stream()).toList();
    }

    private static List<String> shown(long seed, TopologyKind topology) {
        return all(Schedule.of(seed, TEN_MINUTES, Faults.in(topology))).stream()
                .map(
                        planned ->
                                planned.fault().kind()
                                        + planned.after()
                                        + planned.lasts()
                                        + planned.draw())
                .toList();
    }
}
