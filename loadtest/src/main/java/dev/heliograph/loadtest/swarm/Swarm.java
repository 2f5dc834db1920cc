package dev.heliograph.loadtest.swarm;

import dev.heliograph.loadtest.WatchedProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Many devices as one, in processes that end with this one. Belongs to one thread, save {@link
 * #snapshot}, which any may call.
 */
public final class Swarm implements AutoCloseable {

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final SwarmPlan plan;
    private final List<SwarmProcess> processes = new ArrayList<>();
    private int told;

    private Swarm(SwarmPlan plan) {
        this.plan = plan;
    }

    /**
     * Starts the processes. No device connects yet.
     *
     * @throws IOException when one does not start, with its output
     */
    public static Swarm start(SwarmPlan plan) throws IOException {
        Swarm swarm = new Swarm(plan);
        try {
            for (int i = 0; i < plan.processes(); i++) {
                int part = i;
                swarm.processes.add(
                        SwarmProcess.start(
                                swarm.setUp(i),
                                plan.logs().map(logs -> logs.resolve("swarm-" + part + ".log"))));
            }
        } catch (IOException | RuntimeException e) {
            swarm.close();
            throw e;
        }
        return swarm;
    }

    private Order.SetUp setUp(int part) {
        return new Order.SetUp(
                plan.protocol(),
                plan.targets(),
                plan.jwks().toString(),
                part,
                plan.processes(),
                share(part, plan.devices()),
                plan.topics(),
                plan.acks(),
                plan.run(),
                Payload.offsetNanos());
    }

    /** How many of the first {@code devices} live in a process: they are dealt out in turn. */
    private int share(int part, int devices) {
        return (devices - part + plan.processes() - 1) / plan.processes();
    }

    /** What it was started with. */
    public SwarmPlan plan() {
        return plan;
    }

    /** For signals. */
    List<WatchedProcess> processes() {
        return processes.stream().map(SwarmProcess::process).toList();
    }

    /** The processes. */
    public List<Long> pids() {
        return processes.stream().map(SwarmProcess::pid).toList();
    }

    /**
     * Connects the next devices and waits until all that were told to are ready. It is to be done
     * before anything is sent to them: a device misses what was sent before it came. It is an
     * interval of its own.
     *
     * @return connect latency, lag and counts of it
     * @throws IOException when they are not ready in time, with the reasons
     */
    public IntervalResult connect(int count, RampPlan ramp) throws IOException {
        int before = told;
        told = Math.min(plan.devices(), told + count);
        begin();
        RampPlan share = ramp.share(plan.processes());
        for (int part = 0; part < processes.size(); part++) {
            processes
                    .get(part)
                    .order(
                            new Order.Connect(
                                    share(part, told) - share(part, before),
                                    share.fromPerSecond(),
                                    share.toPerSecond()));
        }
        awaitReady(told, ramp.length(told - before).plus(ramp.patience()));
        return end();
    }

    /**
     * Waits until so many devices are ready at once.
     *
     * @throws IOException when they are not in time, with the reasons
     */
    public void awaitReady(int count, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        Snapshot now = snapshot();
        while (now.ready() < count) {
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "%,d of %,d devices are ready after %d s. Connections ended: %s. Failures: %s"
                                .formatted(
                                        now.ready(),
                                        count,
                                        patience.toSeconds(),
                                        now.ends(),
                                        now.failures()));
            }
            LockSupport.parkNanos(POLL_NANOS);
            now = snapshot();
        }
    }

    /** Ends all connections at once with a reset. The devices come back as SDKs do. */
    public void cutAll() throws IOException {
        all(new Order.CutAll());
    }

    /**
     * From now on so many devices a second, at random, go and are back within two seconds; half of
     * them close their connection, half reset it. 0 ends it.
     */
    public void churn(double perSecond) throws IOException {
        all(new Order.Churn(perSecond / processes.size()));
    }

    /**
     * From now on a fraction of the devices, evenly spread, reads so slowly; 0 for none. Their
     * latencies are not recorded.
     *
     * @param bytesPerSecond 0 when they are to stop reading
     */
    public void slow(double fraction, int bytesPerSecond) throws IOException {
        all(new Order.Slow(fraction, bytesPerSecond));
    }

    /** All devices close their connections and stay away until they are connected again. */
    public void disconnectAll() throws IOException {
        told = 0;
        all(new Order.DisconnectAll());
    }

    /** How things are. */
    public Snapshot snapshot() throws IOException {
        Snapshot sum = Snapshot.NOTHING;
        for (SwarmProcess process : processes) {
            sum = sum.plus(process.order(new Order.Look()).snapshot());
        }
        return sum;
    }

    /** An interval begins; one that runs is forgotten. */
    public void begin() throws IOException {
        all(new Order.Begin());
    }

    /** The interval until now, which goes on. */
    public IntervalResult end() throws IOException {
        IntervalResult sum =
                new IntervalResult(
                        0,
                        Snapshot.NOTHING,
                        Micros.histogram(),
                        Micros.histogram(),
                        Micros.histogram(),
                        Micros.histogram());
        for (SwarmProcess process : processes) {
            sum = process.order(new Order.End()).interval().addTo(sum);
        }
        return sum;
    }

    /** What has not come yet of what was sent. */
    public Settlement missing(Sent sent) throws IOException {
        long lost = 0;
        List<Settlement.Missing> missing = new ArrayList<>();
        List<Sent.Serial> failed = List.copyOf(sent.failed());
        for (int part = 0; part < processes.size(); part++) {
            int[] users = new int[share(part, plan.devices())];
            for (int i = 0; i < users.length; i++) {
                users[i] = sent.toUser(part + i * plan.processes());
            }
            Settlement found =
                    processes
                            .get(part)
                            .order(
                                    new Order.Outstanding(
                                            part,
                                            plan.processes(),
                                            users,
                                            sent.topicCounts(),
                                            failed))
                            .settlement();
            lost += found.lost();
            missing.addAll(found.missing());
        }
        return new Settlement(
                lost, missing.subList(0, Math.min(missing.size(), Settlement.MAX_LISTED)));
    }

    /**
     * Waits until everything has come that was sent and whose call did not fail, at most this long.
     *
     * @return what has not come then
     */
    public Settlement settle(Sent sent, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        Settlement left = missing(sent);
        while (left.lost() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(POLL_NANOS);
            left = missing(sent);
        }
        return left;
    }

    private void all(Order order) throws IOException {
        for (SwarmProcess process : processes) {
            process.order(order);
        }
    }

    @Override
    public void close() {
        processes.forEach(SwarmProcess::close);
    }
}
