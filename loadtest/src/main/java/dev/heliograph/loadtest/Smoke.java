package dev.heliograph.loadtest;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.Target;
import dev.heliograph.server.auth.TokenIssuer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * One run: a server process, its devices, and notifications at a fixed rate, one user after the
 * other.
 */
final class Smoke {

    /**
     * What {@code heliograph.auth.issuer} and {@code heliograph.auth.audience} are unless
     * configured.
     */
    private static final String ISSUER = "heliograph";

    private static final Duration TOKEN_TTL = Duration.ofHours(1);

    /**
     * The longest that a stored notification may take before it counts as lost: DESIGN promises
     * repair within 60 s.
     */
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(75);

    /**
     * Devices that connect before memory is first measured, so that classes and pools are there.
     */
    private static final int PRIMERS = 10;

    private static final double MICROS_PER_MS = 1_000;

    private final Plan plan;
    private final PrintStream out;
    private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);

    /**
     * What to run.
     *
     * @param warmupSeconds not measured; in its first half the rate rises, since a cold JVM that is
     *     hit by the full rate measures its compiler and the retries that its slowness causes
     */
    record Plan(int devices, int perSecond, int seconds, int warmupSeconds, int payloadBytes) {

        /** Notifications while the rate rises: half as many as at the full rate. */
        int ramp() {
            return perSecond * warmupSeconds / 4;
        }

        int warmup() {
            return ramp() + perSecond * warmupSeconds / 2;
        }

        int total() {
            return warmup() + perSecond * seconds;
        }
    }

    /**
     * Calls under way at a time, as a pool of backend workers has them. What is due while all are
     * busy waits here, and its wait counts as latency. Without a bound a server that falls behind
     * for a moment is buried under calls that nobody waits for any more.
     */
    private static final int MAX_IN_FLIGHT = 64;

    Smoke(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /**
     * Runs it.
     *
     * @param directory for the key; the caller's to remove
     */
    SmokeReport run(URI redisUri, Path directory) throws Exception {
        Path key = directory.resolve("jwks.json");
        TokenIssuer.createKey(key);
        TokenIssuer issuer = TokenIssuer.create(key, ISSUER, ISSUER);
        Ledger ledger = new Ledger(plan.total(), plan.warmup(), plan.payloadBytes());
        try (RedisCpu redis = new RedisCpu(redisUri);
                ServerProcess server = ServerProcess.start(redisUri, key);
                DeviceSwarm swarm =
                        new DeviceSwarm(
                                server.deviceUrl(),
                                user -> issuer.device(user, List.of(), Optional.empty(), TOKEN_TTL),
                                ledger);
                ProducerClient producer =
                        ProducerClient.builder(
                                        server.notifyAddress(),
                                        TokenProvider.fixed(issuer.producer("loadtest", TOKEN_TTL)))
                                .plaintext()
                                .build()) {
            out.printf("Redis %s, server process %d%n", redis.version(), server.pid());
            return measure(redis, server, swarm, producer, ledger);
        }
    }

    private SmokeReport measure(
            RedisCpu redis,
            ServerProcess server,
            DeviceSwarm swarm,
            ProducerClient producer,
            Ledger ledger)
            throws Exception {
        // Users of a run are its own: inboxes on a Redis that is used again may hold notifications
        // of an earlier one.
        String run = UUID.randomUUID().toString().substring(0, 8);
        List<String> users =
                IntStream.range(0, plan.devices()).mapToObj(i -> "load-" + run + "-" + i).toList();
        int primers = Math.min(PRIMERS, plan.devices() / 2);
        swarm.connect(users.subList(0, primers));
        long emptyRss = settledRss(server.pid());
        swarm.connect(users.subList(primers, users.size()));
        long rssPerConnection = (settledRss(server.pid()) - emptyRss) / (plan.devices() - primers);
        out.printf("%,d devices are connected%n", plan.devices());

        OpenLoop.Shot shot = (number, due) -> send(producer, users, ledger, number, due);
        OpenLoop.ramp(0, plan.ramp(), plan.perSecond(), shot);
        OpenLoop.run(plan.ramp(), plan.warmup(), plan.perSecond(), shot);
        out.printf("Warm-up is over, %,d deliveries%n", ledger.delivered());
        long serverCpu = ProcStat.cpuMicros(server.pid());
        long redisCpu = redis.micros();
        int before = ledger.delivered();
        OpenLoop.run(plan.warmup(), plan.total(), plan.perSecond(), shot);
        await(ledger::isSettled);
        serverCpu = ProcStat.cpuMicros(server.pid()) - serverCpu;
        redisCpu = redis.micros() - redisCpu;
        int deliveries = Math.max(1, ledger.delivered() - before);
        if (ledger.failed() > 0) {
            out.printf("First failure: %s%n", ledger.firstFailure());
        }
        Histogram latency = ledger.latencyMicros();
        return new SmokeReport(
                ledger.delivered(),
                ledger.lost(),
                ledger.duplicates(),
                ledger.failed(),
                swarm.holes(),
                swarm.repeats(),
                swarm.reconnects(),
                latency.getValueAtPercentile(50) / MICROS_PER_MS,
                latency.getValueAtPercentile(99) / MICROS_PER_MS,
                latency.getValueAtPercentile(99.9) / MICROS_PER_MS,
                (double) serverCpu / deliveries,
                (double) redisCpu / deliveries,
                rssPerConnection);
    }

    private void send(
            ProducerClient producer, List<String> users, Ledger ledger, int number, long due) {
        Notification notification =
                Notification.of(Target.user(users.get(number % users.size())), "load.smoke")
                        .payload(ledger.payload(number, due), "application/octet-stream")
                        .build();
        inFlight.acquireUninterruptibly();
        var _ =
                producer.notifyAsync(notification)
                        .whenComplete(
                                (result, failure) -> {
                                    inFlight.release();
                                    if (failure == null) {
                                        ledger.stored(number);
                                    } else {
                                        ledger.failed(failure);
                                    }
                                });
    }

    /** Resident memory after a full collection, so that garbage does not count. */
    private static long settledRss(long pid) throws IOException, InterruptedException {
        Process collect =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                Long.toString(pid),
                                "GC.run")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!collect.waitFor(30, TimeUnit.SECONDS)) {
            collect.destroyForcibly();
        }
        return ProcStat.rssBytes(pid);
    }

    /** Waits until it holds, at most for {@link #SETTLE_TIMEOUT}. */
    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + SETTLE_TIMEOUT.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }
}
