package dev.heliograph.loadtest.chaos;

import dev.heliograph.loadtest.WatchedProcess;
import dev.heliograph.loadtest.chaos.Schedule.Group;
import dev.heliograph.loadtest.chaos.fault.Faults;
import dev.heliograph.loadtest.chaos.fault.Scene;
import dev.heliograph.loadtest.chaos.history.DeviceSpec;
import dev.heliograph.loadtest.chaos.history.Quiescence;
import dev.heliograph.loadtest.chaos.history.RecordingDevices;
import dev.heliograph.loadtest.chaos.history.RunRecorder;
import dev.heliograph.loadtest.chaos.topology.DeviceHost;
import dev.heliograph.loadtest.chaos.topology.Installation;
import dev.heliograph.loadtest.chaos.topology.TopologyKind;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One run: an installation, devices and backends that are recorded, and faults by schedule, until
 * all devices have caught up.
 */
final class ChaosRun {

    /**
     * Calls under way when the load ends have their own patience, which is longer only in a jam.
     */
    private static final Duration LAST_CALLS = Duration.ofSeconds(60);

    /** DESIGN promises repair within 60 s; a slow handler's backlog takes some more. */
    private static final Duration CATCH_UP = Duration.ofSeconds(90);

    /** First subscriptions on cold servers. */
    private static final Duration SETTLE = Duration.ofSeconds(20);

    /** Devices that subscribe only now begin behind the first markers: they get others. */
    private static final int SETTLE_TRIES = 4;

    private static final Duration WARM_UP = Duration.ofSeconds(60);
    private static final Duration WARM_WINDOW = Duration.ofSeconds(4);

    /** So much of the rate over a window is steady. */
    private static final double STEADY = 0.9;

    private final Plan plan;
    private final PrintStream out;
    private final Path directory;
    private final Path history;
    private long began;

    /**
     * On a machine that takes its time to heal, groups begin until the run is longer than it was to
     * be by this part of it, so that each fault comes as often as was planned.
     */
    private static final int OVERRUN = 3;

    /** What to run. */
    record Plan(TopologyKind topology, Duration length, long seed, int perSecond) {}

    /**
     * What happened.
     *
     * @param began when the load began, on the clock of {@link System#nanoTime}
     * @param ended when it ended
     * @param missing {@code user/device channel} of those who have not caught up
     * @param troubles what could not be healed
     */
    record Outcome(
            long began,
            long ended,
            List<Nemesis.Inflicted> faults,
            Set<String> missing,
            List<String> troubles,
            List<String> notRun) {}

    /** Its files go below the directory, the history to {@code history}. */
    ChaosRun(Plan plan, Path directory, Path history, PrintStream out) {
        this.plan = plan;
        this.directory = directory;
        this.history = history;
        this.out = out;
    }

    /** How long the load lasts at most. */
    static Duration longest(Duration length) {
        return length.plus(length.dividedBy(OVERRUN));
    }

    Outcome run() throws IOException, InterruptedException {
        Schedule schedule = Schedule.of(plan.seed(), plan.length(), Faults.in(plan.topology()));
        List<String> notRun = new ArrayList<>(Faults.missing());
        out.printf(
                "%,d faults in %d groups, seed %d%n",
                schedule.size(), schedule.groups().size(), plan.seed());
        Files.createDirectories(history);
        began = System.nanoTime();
        try (Installation installation = Installation.start(plan.topology(), directory);
                RunRecorder recorder =
                        RunRecorder.begin(
                                history,
                                plan.topology().toString(),
                                plan.seed(),
                                Installation.MAX_LENGTH,
                                Installation.RETENTION.toMillis())) {
            List<DeviceHost> devices = devices(installation, recorder, notRun);
            try (Load load = new Load(installation, history, plan.seed())) {
                return run(schedule, new Scene(installation, devices), recorder, load, notRun);
            } finally {
                devices.forEach(DeviceHost::close);
            }
        }
    }

    private Outcome run(
            Schedule schedule, Scene scene, RunRecorder recorder, Load load, List<String> notRun)
            throws IOException, InterruptedException {
        Set<String> never = catchUp(scene, load, SETTLE);
        for (int i = 1; i < SETTLE_TRIES && !never.isEmpty(); i++) {
            never = catchUp(scene, load, SETTLE);
        }
        if (!never.isEmpty()) {
            throw new IOException("Even before the first fault nothing came to " + never);
        }
        began = System.nanoTime();
        load.start(plan.perSecond());
        say("load of %d/s begins".formatted(plan.perSecond()), load);
        warmUp(load);
        began = System.nanoTime();
        say("it is steady", load);
        Nemesis nemesis = new Nemesis(scene, recorder, text -> say(text, load));
        long end = began + plan.length().toNanos();
        long latest = began + longest(plan.length()).toNanos();
        int number = 0;
        for (Group group : schedule.groups()) {
            Thread.sleep(Schedule.REST);
            if (System.nanoTime() + group.acts().toNanos() > latest) {
                break;
            }
            number++;
            say("group %d of %d".formatted(number, schedule.groups().size()), load);
            nemesis.inflict(number, group);
            say("healed", load);
        }
        Thread.sleep(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        long ended = System.nanoTime();
        say("the load ends", load);
        load.stop(LAST_CALLS);
        Set<String> missing = catchUp(scene, load, CATCH_UP);
        recorder.quiet(missing);
        say(
                missing.isEmpty()
                        ? "all devices have caught up"
                        : "devices that have not caught up: " + missing,
                load);
        return new Outcome(began, ended, nemesis.inflicted(), missing, nemesis.troubles(), notRun);
    }

    /** Cold JVMs take their time; a machine that never gets there is attacked as it is. */
    private void warmUp(Load load) throws InterruptedException {
        long deadline = System.nanoTime() + WARM_UP.toNanos();
        long enough = (long) (STEADY * plan.perSecond() * WARM_WINDOW.toSeconds());
        long before = Long.MAX_VALUE;
        while (load.acknowledged() - before < enough && System.nanoTime() < deadline) {
            before = load.acknowledged();
            Thread.sleep(WARM_WINDOW);
        }
    }

    private Set<String> catchUp(Scene scene, Load load, Duration patience)
            throws IOException, InterruptedException {
        Quiescence quiescence = new Quiescence(history);
        Map<String, Long> markers = load.sendMarkers();
        List<DeviceSpec> specs =
                scene.devices().stream().flatMap(host -> host.specs().stream()).toList();
        return quiescence.await(Population.expected(specs), markers, patience);
    }

    private List<DeviceHost> devices(
            Installation installation, RunRecorder recorder, List<String> notRun)
            throws IOException {
        Path stores = Files.createDirectories(directory.resolve("stores"));
        Population population = new Population(installation, stores);
        List<String> java =
                WatchedProcess.java(
                        List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                        RecordingDevices.class.getName());
        List<DeviceHost> hosts = new ArrayList<>();
        hosts.add(host("java-devices-1", java, population.phones(), recorder));
        hosts.add(host("java-devices-2", java, population.desktops(), recorder));
        Optional<List<String>> node = NodeDevices.program();
        if (node.isPresent()) {
            hosts.add(host("node-devices", node.get(), population.browsers(), recorder));
        } else {
            notRun.add("devices of the TypeScript SDK: it is not built, or Node is missing");
        }
        try {
            for (DeviceHost host : hosts) {
                host.start();
            }
        } catch (IOException e) {
            hosts.forEach(DeviceHost::close);
            throw e;
        }
        return hosts;
    }

    private DeviceHost host(
            String name, List<String> program, List<DeviceSpec> specs, RunRecorder recorder) {
        return new DeviceHost(
                name,
                program,
                directory,
                history.resolve(name + ".jsonl"),
                specs,
                recorder::killed);
    }

    private void say(String text, Load load) {
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
        out.printf(
                "%02d:%02d  %,7d acknowledged, %4d under way  %s%n",
                seconds / 60, seconds % 60, load.acknowledged(), load.underWay(), text);
    }
}
