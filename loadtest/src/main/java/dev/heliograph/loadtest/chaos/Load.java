package dev.heliograph.loadtest.chaos;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.RetryPolicy;
import dev.heliograph.client.producer.Target;
import dev.heliograph.loadtest.chaos.history.AckLevel;
import dev.heliograph.loadtest.chaos.history.ProducerRecorder;
import dev.heliograph.loadtest.chaos.history.ProducerRecorder.Fate;
import dev.heliograph.loadtest.chaos.history.ProducerRecorder.Order;
import dev.heliograph.loadtest.chaos.history.ProducerRecorder.Sent;
import dev.heliograph.loadtest.chaos.topology.Installation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Backends that send at a steady rate, as far as their workers are not all waiting for answers. */
final class Load implements AutoCloseable {

    /** Each attempt ends by then; a healthy one takes milliseconds. */
    private static final Duration DEADLINE = Duration.ofSeconds(4);

    /** Together with the deadline it outlasts every fault. */
    private static final int ATTEMPTS = 100;

    /**
     * Between attempts. With {@link #MAX_IN_FLIGHT} it bounds the calls of an outage to some 500 a
     * second, which a machine that runs everything can spare.
     */
    private static final Duration PAUSE = Duration.ofMillis(600);

    /** Notifications under way at a time, as many as backends have workers. */
    private static final int MAX_IN_FLIGHT = 300;

    /**
     * Of these, at REPLICATED. While a replica is away they wait for it, and must not keep others
     * from being sent.
     */
    private static final int MAX_REPLICATING = 60;

    /** Longer than this workers are not waited for: what would have been sent is not. */
    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Cold JVMs that are hit by the full rate are busy with their compilers first. */
    private static final double RAMP_S = 8;

    /** Two connections to each node, so that one that hangs holds up half of a node's calls. */
    private static final int CLIENTS_PER_NODE = 2;

    /** Of a hundred notifications. */
    private static final int TO_TOPICS = 12;

    private static final int TO_ALL = 1;
    private static final int TO_SEVERAL = 4;
    private static final int WITH_TTL = 5;

    private static final int REPLICATED = 25;
    private static final dev.heliograph.client.producer.AckLevel REPLICATED_LEVEL =
            dev.heliograph.client.producer.AckLevel.REPLICATED;

    private static final int MAX_TTL_MS = 4_000;
    private static final int HUNDRED = 100;

    private final boolean replicates;
    private final ProducerRecorder recorder;
    private final List<ProducerClient> clients = new ArrayList<>();
    private final Random random;
    private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);
    private final Semaphore replicating = new Semaphore(MAX_REPLICATING);
    private final Set<Thread> sending = ConcurrentHashMap.newKeySet();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong unknown = new AtomicLong();
    private volatile boolean stopped;
    private Thread pacer;

    /** Sends nothing yet. */
    Load(Installation installation, Path history, long seed) throws IOException {
        random = new Random(seed);
        replicates = installation.kind().failsOver();
        for (int i = 0; i < CLIENTS_PER_NODE; i++) {
            for (String address : installation.notifyAddresses()) {
                clients.add(
                        ProducerClient.builder(
                                        address, TokenProvider.fixed(installation.producerToken()))
                                .plaintext()
                                .deadline(DEADLINE)
                                .retry(RetryPolicy.NONE)
                                .build());
            }
        }
        recorder =
                ProducerRecorder.open(
                        history, number -> clients.get(number % clients.size()), "chaos-");
    }

    /** Begins to send. */
    void start(int perSecond) {
        pacer = Thread.ofPlatform().name("load").daemon().start(() -> pace(perSecond));
    }

    private void pace(int perSecond) {
        long begin = System.nanoTime();
        for (long number = 0; !stopped; number++) {
            long due = begin + dueAfter(number, perSecond);
            for (long left = due - System.nanoTime();
                    left > 0 && !stopped;
                    left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            Order order = order();
            inFlight.acquireUninterruptibly();
            begin += Math.max(0, System.nanoTime() - due - LATE_NANOS);
            Thread thread = Thread.ofVirtual().name("backend").unstarted(() -> send(order));
            sending.add(thread);
            thread.start();
        }
    }

    /** Rises evenly to the full rate, and stays there. */
    private static long dueAfter(long number, int perSecond) {
        double rising = perSecond * RAMP_S / 2;
        double seconds =
                number < rising
                        ? Math.sqrt(2 * number * RAMP_S / perSecond)
                        : RAMP_S + (number - rising) / perSecond;
        return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }

    private Order order() {
        List<String> users = Population.users();
        int kind = random.nextInt(HUNDRED);
        Target target;
        if (kind < TO_ALL) {
            target = Target.topic(Population.TOPIC_OF_ALL);
        } else if (kind < TO_TOPICS) {
            target = Target.topic(any(Population.topics()));
        } else if (kind < TO_TOPICS + TO_SEVERAL) {
            target = Target.users(Stream.of(any(users), any(users)).distinct().toList());
        } else {
            target = Target.user(any(users));
        }
        Order order = Order.to(target).attempts(ATTEMPTS, PAUSE);
        if (random.nextInt(HUNDRED) < WITH_TTL) {
            order = order.ttl(Duration.ofMillis(random.nextInt(1_000, MAX_TTL_MS)));
        }
        return replicates && random.nextInt(HUNDRED) < REPLICATED && replicating.tryAcquire()
                ? order.level(AckLevel.REPLICATED, it -> it.ackLevel(REPLICATED_LEVEL))
                : order;
    }

    private String any(List<String> names) {
        return names.get(random.nextInt(names.size()));
    }

    private void send(Order order) {
        try {
            Sent sent = recorder.send(order);
            if (sent.fate() == Fate.STORED) {
                acknowledged.incrementAndGet();
            } else {
                unknown.incrementAndGet();
            }
        } catch (InterruptedException _) {
            // The run is over; its last call is recorded as it stands.
            unknown.incrementAndGet();
        } finally {
            inFlight.release();
            if (order.level() == AckLevel.REPLICATED) {
                replicating.release();
            }
            sending.remove(Thread.currentThread());
        }
    }

    /** Stops sending and waits for what is under way; what takes longer is given up. */
    void stop(Duration patience) throws InterruptedException {
        stopped = true;
        pacer.join();
        long deadline = System.nanoTime() + patience.toNanos();
        while (!sending.isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        sending.forEach(Thread::interrupt);
        for (Thread thread : Set.copyOf(sending)) {
            thread.join(DEADLINE);
        }
    }

    /**
     * Sends a last notification to each channel.
     *
     * @return its number, by channel
     * @throws IOException when one cannot be stored, naming the channel
     */
    Map<String, Long> sendMarkers() throws IOException, InterruptedException {
        Map<String, Long> markers = new TreeMap<>();
        for (String channel : Population.channels()) {
            String name = channel.substring(channel.indexOf('/') + 1);
            Target target = channel.startsWith("user/") ? Target.user(name) : Target.topic(name);
            Sent sent = recorder.send(Order.to(target).attempts(ATTEMPTS, PAUSE));
            if (sent.fate() != Fate.STORED) {
                throw new IOException("The last notification to " + channel + " is not stored");
            }
            markers.put(channel, sent.op());
        }
        return markers;
    }

    /** Notifications that every channel has. */
    long acknowledged() {
        return acknowledged.get();
    }

    /** Notifications that some channel does not have, or may not. */
    long unknown() {
        return unknown.get();
    }

    int underWay() {
        return sending.size();
    }

    @Override
    public void close() {
        stopped = true;
        clients.forEach(ProducerClient::close);
        recorder.close();
    }
}
