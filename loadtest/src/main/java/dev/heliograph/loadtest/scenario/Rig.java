package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.attack.Attackers;
import dev.heliograph.loadtest.measure.Costs;
import dev.heliograph.loadtest.measure.Figure;
import dev.heliograph.loadtest.measure.GcLogs;
import dev.heliograph.loadtest.measure.Memory;
import dev.heliograph.loadtest.measure.Profile;
import dev.heliograph.loadtest.measure.Recordings;
import dev.heliograph.loadtest.measure.RedisStats;
import dev.heliograph.loadtest.peer.Credentials;
import dev.heliograph.loadtest.peer.Installation;
import dev.heliograph.loadtest.peer.Peer;
import dev.heliograph.loadtest.peer.Plan;
import dev.heliograph.loadtest.report.Phase;
import dev.heliograph.loadtest.swarm.IntervalResult;
import dev.heliograph.loadtest.swarm.Sent;
import dev.heliograph.loadtest.swarm.Snapshot;
import dev.heliograph.loadtest.swarm.Swarm;
import dev.heliograph.loadtest.swarm.SwarmPlan;
import dev.heliograph.server.redis.LocalRedis;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A system, its Redis, its devices and a backend, all of one run. Closing it ends them. */
final class Rig implements AutoCloseable, Costs.Meter {

    private static final System.Logger LOGGER = System.getLogger(Rig.class.getName());

    /**
     * The longest that a notification may take before it counts as lost: DESIGN promises repair
     * within 60 s.
     */
    private static final Duration REPAIR_TIMEOUT = Duration.ofSeconds(75);

    /** The same of a system that brings nothing again. */
    private static final Duration ONCE_TIMEOUT = Duration.ofSeconds(15);

    private static final Duration POLL = Duration.ofMillis(20);

    private static final Duration SLOW_POLL = Duration.ofMillis(500);

    /** Devices that come before memory is first read, so that classes and pools are there. */
    private static final int PRIMERS = 10;

    private final Settings settings;
    private final Progress progress;
    private final Findings findings = new Findings();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final SwarmPlan plan;
    private final Path directory;
    private final Duration patience;
    private final Installation installation;
    private final Optional<RedisStats> redis;
    private final GcLogs gcLogs;
    private final Swarm swarm;
    private final Sent sent;
    private final Producer producer;
    private final Timeline timeline;
    private Optional<Recordings> recordings = Optional.empty();
    private volatile String phase = "start";

    /** Starts everything but the devices' connections. */
    Rig(Peer peer, Settings settings, Path directory, Progress progress) throws Exception {
        this.settings = settings;
        this.progress = progress;
        this.directory = directory;
        this.patience =
                peer.abilities().contains(Peer.Ability.RESUME) ? REPAIR_TIMEOUT : ONCE_TIMEOUT;
        try {
            Credentials credentials =
                    settings.remote().isPresent()
                            ? Credentials.of(settings.remote().get().jwks())
                            : Credentials.create(directory, settings.algorithm());
            Optional<URI> uri = redisUri();
            redis = uri.map(it -> open(new RedisStats(it)));
            installation =
                    open(
                            settings.remote().isPresent()
                                    ? new RemoteInstallation(settings.remote().get())
                                    : peer.start(plan(uri.orElseThrow(), credentials)));
            gcLogs = new GcLogs(directory);
            plan =
                    SwarmPlan.of(
                                    installation.protocol(),
                                    installation.targets(),
                                    credentials.jwks(),
                                    settings.devices())
                            .withTopics(settings.topics())
                            .withAcks(settings.acks())
                            .withPayloadBytes(settings.payloadBytes())
                            .withLogs(directory);
            swarm = open(Swarm.start(plan));
            sent = new Sent(plan);
            producer = new Producer(installation::publisher, sent, settings.inFlight());
            timeline = open(new Timeline(new Sampling(this, progress)));
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    private Optional<URI> redisUri() throws IOException {
        return settings.redis().isPresent() || settings.remote().isPresent()
                ? settings.redis()
                : Optional.of(open(LocalRedis.start(Optional.empty())).uri());
    }

    private Plan plan(URI uri, Credentials credentials) throws IOException {
        long keys = redis.orElseThrow().keys();
        if (keys > 0) {
            throw new IOException(
                    "The Redis holds %,d keys; the rig needs an empty one".formatted(keys));
        }
        return new Plan(
                settings.gateways(),
                settings.devices(),
                uri,
                directory,
                credentials,
                settings.jvmFlags());
    }

    private <T extends AutoCloseable> T open(T part) {
        opened.push(part);
        return part;
    }

    Settings settings() {
        return settings;
    }

    Installation installation() {
        return installation;
    }

    Swarm swarm() {
        return swarm;
    }

    Producer producer() {
        return producer;
    }

    Findings findings() {
        return findings;
    }

    Timeline timeline() {
        return timeline;
    }

    /** Begins to record the system's processes, if that is wanted and not done yet. */
    void record() throws Exception {
        if (settings.profile() && recordings.isEmpty()) {
            recordings = Optional.of(Recordings.begin(parts(), directory));
        }
    }

    /** Ends recording, and tells what it shows; nothing when none was wanted. */
    List<Profile> profiles() throws Exception {
        return recordings.isPresent() ? recordings.get().end() : List.of();
    }

    /** What is going on from now on, for the terminal and the timeline. */
    void enter(String name) {
        phase = name;
        progress.enter(name);
    }

    /** All devices come. Tells what connecting takes, and what connections cost. */
    void arrive() throws Exception {
        int devices = settings.devices();
        int primers = Math.min(PRIMERS, devices / 2);
        enter("connect");
        if (primers > 0) {
            swarm.connect(primers, settings.ramp());
        }
        Memory before = Memory.read(gateways(), redis);
        Costs costs = Costs.begin(this);
        IntervalResult interval = swarm.connect(devices - primers, settings.ramp());
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.putAll(costs.end(0, 0));
        figures.put(Figure.UP, (double) swarm.snapshot().ready());
        figures.put(Figure.CONNECTS_PER_SECOND, (devices - primers) / interval.seconds());
        Interval.putQuantiles(
                figures,
                interval.connect(),
                Map.of(
                        Figure.CONNECT_P50, 50.0,
                        Figure.CONNECT_P95, 95.0,
                        Figure.CONNECT_P99, 99.0));
        figures.putAll(
                Memory.read(gateways(), redis)
                        .perConnection(before, Math.max(1, devices - primers)));
        findings.add(new Phase("connect", figures, List.of()));
    }

    /** Brings a cold system up to the rate; nothing is measured. */
    void warmUp(Audience.Choice choice) throws IOException, InterruptedException {
        if (settings.warmupSeconds() > 0) {
            enter("warm-up");
            double half = settings.warmupSeconds() / 2.0;
            producer.ramp(choice, settings.perSecond(), half);
            producer.open(choice, settings.perSecond(), half);
            awaitDelivered();
        }
    }

    /** What is going on. */
    String phase() {
        return phase;
    }

    /** A measured interval begins. The first one of a run is recorded, if that is wanted. */
    Interval begin(String name) throws Exception {
        enter(name);
        record();
        return new Interval(name, this);
    }

    /**
     * Waits until calls are answered and all that is due has come. What has not come after a time
     * is lost, which {@link #settle} tells.
     *
     * @return whether it has come
     */
    boolean awaitDelivered() throws IOException, InterruptedException {
        producer.awaitAnswers();
        long due = sent.deliveriesDue(plan);
        return await(
                () -> {
                    Snapshot now = swarm.snapshot();
                    return now.received() - now.duplicates() - now.foreign() >= due;
                },
                patience);
    }

    /** Waits until it holds, at most for a time. Tells whether it does. */
    boolean await(Condition condition, Duration most) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + most.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(POLL);
        }
        return true;
    }

    /** Waits this long, and tells the fewest devices that were ready meanwhile. */
    int leastReadyDuring(Duration time) throws IOException, InterruptedException {
        int least = swarm.snapshot().ready();
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            Thread.sleep(SLOW_POLL);
            least = Math.min(least, swarm.snapshot().ready());
        }
        return least;
    }

    /** The run fails when not all devices were there. */
    void requireAllUp(int least) {
        findings.problem(
                least < settings.devices(),
                () ->
                        "Only %,d of %,d devices were up at once"
                                .formatted(least, settings.devices()));
    }

    /** What is waited for. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException;
    }

    /** Attackers of the first gateway begin, so many of each kind. Closing them ends them. */
    Attackers attack(int each, OptionalInt core) throws IOException, InterruptedException {
        enter("attack");
        return Attackers.start(
                installation.targets().getFirst(),
                plan.jwks(),
                each,
                core,
                directory.resolve("attackers.log"));
    }

    /** The end: finds out what was lost, and what else went wrong with deliveries. */
    void settle() throws Exception {
        enter("settle");
        boolean all = awaitDelivered();
        Account.close(this, swarm.missing(sent), all);
    }

    @Override
    public Map<String, List<Long>> parts() {
        Map<String, List<Long>> parts = new LinkedHashMap<>();
        installation
                .parts()
                .forEach(
                        part ->
                                parts.computeIfAbsent(part.part(), _ -> new ArrayList<>())
                                        .add(part.pid()));
        return parts;
    }

    /** Process ids of the gateways. */
    List<Long> gateways() {
        return parts().getOrDefault(Costs.GATEWAY, List.of());
    }

    @Override
    public List<Long> devices() {
        return swarm.pids();
    }

    @Override
    public Optional<RedisStats> redis() {
        return redis;
    }

    @Override
    public GcLogs gcLogs() {
        return gcLogs;
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                // The others are to end all the same, and watchdogs end what is left.
                LOGGER.log(System.Logger.Level.WARNING, "A part of the run did not end well", e);
            }
        }
    }
}
