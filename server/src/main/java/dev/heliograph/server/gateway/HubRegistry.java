package dev.heliograph.server.gateway;

import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelLog;
import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.log.MailboxGeneration;
import dev.heliograph.server.log.StateComparison.Known;
import dev.heliograph.server.observe.GatewayMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The channels that have subscribers on this gateway. */
final class HubRegistry implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(HubRegistry.class.getName());

    /**
     * A channel without subscribers keeps its interest this long: most devices that leave come
     * back.
     */
    private static final Duration LINGER = Duration.ofSeconds(10);

    /**
     * Virtual threads that may use the log at a time: a reconnect storm waits here, not in Redis'
     * queue.
     */
    private static final int MAX_CONCURRENT_TASKS = 256;

    /** 18,000 sessions that end at once are noted within a second; Redis may be slow. */
    private static final Duration LAST_TASKS = Duration.ofSeconds(2);

    /** Before something that failed is tried again, on average. */
    private static final int RETRY_MS = 500;

    private final ChannelLog log;
    private final Witness witness;
    private final ReplayReads reads;
    private final RecentEntries recent = new RecentEntries();
    private final LowBatches low;
    private final Observers observers;
    private final ScheduledExecutorService timer;
    private final GatewayMetrics metrics;
    private final ConcurrentHashMap<Channel, ChannelHub> hubs = new ConcurrentHashMap<>();
    private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore permits = new Semaphore(MAX_CONCURRENT_TASKS);
    private final Pacer pacer = new Pacer((delayMs, task) -> schedule(task, delayMs), this::run);
    /* By group; replaced as a whole, under this. */
    private volatile List<String> mailboxes = List.of();

    HubRegistry(
            ChannelLog log,
            ScheduledExecutorService timer,
            GatewayMetrics metrics,
            Degradation degradation) {
        this.log = log;
        this.witness = new Witness(log, System::nanoTime);
        this.reads = new ReplayReads(log, metrics);
        this.low = new LowBatches(() -> degradation.tier() >= Degradation.DELAYS_LOW);
        metrics.watchLowHeld(low::count);
        this.observers = new Observers(() -> degradation.tier() >= Degradation.DELAYS_OBSERVERS);
        metrics.watchObserversHeld(observers::count);
        this.timer = timer;
        this.metrics = metrics;
    }

    ChannelLog log() {
        return log;
    }

    Witness witness() {
        return witness;
    }

    ReplayReads reads() {
        return reads;
    }

    RecentEntries recent() {
        return recent;
    }

    LowBatches low() {
        return low;
    }

    /** Lets go of everything of LOW priority that waits. */
    void flushLow() {
        low.hubs().forEach(hub -> run(hub::flushLow));
    }

    Observers observers() {
        return observers;
    }

    /** Serves the observers whose turn it is. On the timer. */
    void serveObservers() {
        List<Subscription> due = observers.turn();
        if (!due.isEmpty()) {
            run(() -> due.forEach(Subscription::readHeld));
        }
    }

    /** Lets go of all observers that wait, unless the tier that is left was one above theirs. */
    void releaseObservers() {
        paced(observers.release().stream().<Runnable>map(each -> each::readHeld).toList());
    }

    GatewayMetrics metrics() {
        return metrics;
    }

    /** Name of the mailbox that serves a channel now. */
    String mailbox(Channel channel) {
        List<String> names = mailboxes;
        return names.isEmpty() ? "" : names.get(MailboxGeneration.group(channel, names.size()));
    }

    /** A subscription of the channel, joined to its hub and not yet started. */
    Subscription join(Session session, Channel channel, int subId) {
        while (true) {
            ChannelHub hub = hubs.computeIfAbsent(channel, c -> new ChannelHub(c, this));
            Subscription subscription = new Subscription(session, hub, subId);
            if (hub.join(subscription)) {
                return subscription;
            }
        }
    }

    /** Runs something that uses the log, on a virtual thread, when there is room. */
    void run(Runnable task) {
        try {
            tasks.execute(
                    () -> {
                        try {
                            permits.acquire();
                        } catch (InterruptedException e) {
                            return;
                        }
                        try {
                            task.run();
                        } catch (RuntimeException e) {
                            LOGGER.log(System.Logger.Level.ERROR, "A task has failed", e);
                        } finally {
                            permits.release();
                        }
                    });
        } catch (RejectedExecutionException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "The gateway is closed");
        }
    }

    /**
     * Waits for an answer of the log.
     *
     * @throws LogException when it failed
     */
    static <T> T join(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException | CancellationException e) {
            throw e.getCause() instanceof LogException known
                    ? known
                    : new LogException.Unavailable("The log did not answer: " + e, e);
        }
    }

    /** {@link #run} after a moment, jittered. */
    void later(Runnable task) {
        after(RETRY_MS / 2 + ThreadLocalRandom.current().nextInt(RETRY_MS), task);
    }

    /** {@link #run} after this time. */
    void after(long delayMs, Runnable task) {
        schedule(() -> run(task), delayMs);
    }

    /** {@link #run}, but a few at a time. */
    void paced(Collection<Runnable> many) {
        pacer.add(many);
    }

    void resyncLater(ChannelHub hub) {
        later(() -> pacer.add(List.of(hub::resync)));
    }

    void lingerThenClose(ChannelHub hub) {
        schedule(hub::closeIfIdle, LINGER.toMillis());
    }

    private void schedule(Runnable task, long delayMs) {
        try {
            var unused = timer.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "The gateway is closed");
        }
    }

    /** Drops a closed hub and its interest. */
    void forget(ChannelHub hub) {
        recent.forget(hub.channel());
        var unused = log.dropInterest(hub.channel(), mailbox(hub.channel()));
        hubs.remove(hub.channel(), hub);
    }

    /** Whether the channel has a hub. */
    boolean has(Channel channel) {
        return hubs.containsKey(channel);
    }

    /** The channels that have a hub. */
    Set<Channel> channels() {
        return hubs.keySet();
    }

    /** What the channel's hub believes, if it is synced. */
    Optional<Known> known(Channel channel) {
        ChannelHub hub = hubs.get(channel);
        return hub == null ? Optional.empty() : hub.known();
    }

    /** Has a hub read the log if it still believes this; false if not. */
    boolean repair(Known known, String reason) {
        ChannelHub hub = hubs.get(known.channel());
        return hub != null && hub.repair(known, reason);
    }

    /**
     * Hands an entry to its hub; one without a hub was on its way when the last subscriber left.
     */
    void onEntry(LogEntry entry) {
        ChannelHub hub = hubs.get(entry.channel());
        if (hub != null) {
            hub.onEntry(entry);
        }
    }

    /** Has the channel's hub send what is in no log. */
    void onEphemeral(Channel channel, byte[] envelope) {
        ChannelHub hub = hubs.get(channel);
        if (hub != null) {
            hub.onEphemeral(envelope);
        }
    }

    /** Has the channel's hub read the log: it has lost entries, and this epoch has begun. */
    void onLoss(Channel channel, String epoch) {
        ChannelHub hub = hubs.get(channel);
        if (hub != null) {
            hub.onLoss(epoch);
        }
    }

    /** Registers the interest of all channels that the new mailboxes serve, paced. */
    void onNewGeneration(MailboxGeneration generation) {
        rename(generation);
        List<ChannelHub> served =
                hubs.values().stream().filter(hub -> generation.serves(hub.channel())).toList();
        served.forEach(ChannelHub::onNewGeneration);
        pacer.add(served.stream().<Runnable>map(hub -> hub::resync).toList());
    }

    private synchronized void rename(MailboxGeneration generation) {
        List<String> names =
                new ArrayList<>(
                        mailboxes.isEmpty() ? Collections.nCopies(generation.of(), "") : mailboxes);
        generation.groups().forEach(group -> names.set(group, generation.name()));
        mailboxes = List.copyOf(names);
    }

    /** Gives the last sessions' ends a moment to reach the log. */
    @Override
    public void close() {
        tasks.shutdown();
        try {
            if (tasks.awaitTermination(LAST_TASKS.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tasks.shutdownNow();
    }
}
