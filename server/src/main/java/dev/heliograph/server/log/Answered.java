package dev.heliograph.server.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What this node has answered of late with OK, the newest entry of each channel and epoch: a
 * witness of what a failover loses. Whenever a server is met anew, it asks whether the log still
 * holds that. Devices that never saw what was lost could not know.
 */
final class Answered implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(Answered.class.getName());

    /** Longer than a replica is behind that is made a primary. */
    private static final Duration AT_RISK = Duration.ofSeconds(60);

    /** Some 270 bytes each. The oldest make room. */
    private static final int MAX_CHANNELS = 65_536;

    /**
     * Questions at a time: other calls of the same connections wait for less than a millisecond.
     */
    private static final int PORTION = 64;

    /** Before what could not be asked is asked again; the first time the pipe is not open yet. */
    private static final long RETRY_MS = 100;

    private final ChannelLog log;
    private final BlockingQueue<Map<Branch, Stored>> doubtful = new LinkedBlockingQueue<>();
    private final Thread asking;

    /* Guarded by this; the oldest first, but for those that were asked about. */
    private LinkedHashMap<Branch, Stored> newest = new LinkedHashMap<>();

    /** Two primaries may serve for a moment, and what one answers says nothing of the other. */
    private record Branch(Channel channel, String epoch) {}

    private record Stored(Position position, long atNanos) {
        Duration age() {
            return Duration.ofNanos(System.nanoTime() - atNanos);
        }
    }

    /** Nothing yet. */
    Answered(ChannelLog log) {
        this.log = log;
        this.asking = Thread.ofVirtual().name("answered").start(this::run);
    }

    /** The log has this entry, and a caller is told so. */
    synchronized void add(Channel channel, Position position) {
        Branch branch = new Branch(channel, position.epoch());
        Stored known = newest.get(branch);
        if (known != null && known.position().seq() >= position.seq()) {
            // A duplicate's answer, or one that was overtaken. What came after stands for it.
            return;
        }
        newest.remove(branch);
        newest.put(branch, new Stored(position, System.nanoTime()));
        Iterator<Stored> oldest = newest.values().iterator();
        while (oldest.hasNext()
                && (oldest.next().age().compareTo(AT_RISK) > 0 || newest.size() > MAX_CHANNELS)) {
            oldest.remove();
        }
    }

    /**
     * A server is met that may not have everything. To be called before it is sent anything: what
     * it answers from then on must not take the place of what is asked about.
     */
    void serverMet() {
        synchronized (this) {
            if (newest.isEmpty()) {
                return;
            }
            doubtful.add(newest);
            newest = new LinkedHashMap<>();
        }
    }

    private void run() {
        try {
            while (true) {
                List<Map.Entry<Branch, Stored>> left = new ArrayList<>(doubtful.take().entrySet());
                int asked = left.size();
                long lost = 0;
                while (!left.isEmpty()) {
                    // The newest are lost first.
                    int from = Math.max(0, left.size() - PORTION);
                    List<Map.Entry<Branch, Stored>> portion = left.subList(from, left.size());
                    try {
                        lost += settle(portion);
                        portion.clear();
                    } catch (LogException e) {
                        LOGGER.log(
                                System.Logger.Level.DEBUG,
                                "What was answered cannot be looked up, trying again: {0}",
                                e.getMessage());
                        TimeUnit.MILLISECONDS.sleep(RETRY_MS);
                    } catch (RuntimeException e) {
                        // The others must not wait for it.
                        LOGGER.log(
                                System.Logger.Level.ERROR,
                                "Whether what was answered is lost cannot be told",
                                e);
                        portion.clear();
                    }
                }
                LOGGER.log(
                        lost > 0 ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                        "Of {0} channels that were answered of late {1} have lost entries",
                        asked,
                        lost);
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private long settle(List<Map.Entry<Branch, Stored>> portion) throws InterruptedException {
        List<CompletableFuture<Boolean>> answers =
                portion.stream()
                        .map(
                                it ->
                                        log.settle(
                                                it.getKey().channel(),
                                                it.getValue().position(),
                                                it.getValue().age()))
                        .toList();
        long lost = 0;
        for (int i = 0; i < answers.size(); i++) {
            try {
                if (answers.get(i).get()) {
                    lost++;
                } else {
                    stillAtRisk(portion.get(i));
                }
            } catch (ExecutionException e) {
                throw e.getCause() instanceof LogException known
                        ? known
                        : new LogException.Unavailable("The log did not answer", e);
            }
        }
        return lost;
    }

    /** The server that has it may be lost all the same. What came after it stands for it, too. */
    private synchronized void stillAtRisk(Map.Entry<Branch, Stored> entry) {
        if (entry.getValue().age().compareTo(AT_RISK) < 0) {
            newest.putIfAbsent(entry.getKey(), entry.getValue());
        }
    }

    @Override
    public void close() {
        asking.interrupt();
    }
}
