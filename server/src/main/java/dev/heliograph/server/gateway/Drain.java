package dev.heliograph.server.gateway;

import dev.heliograph.server.config.ServerConfig.MovesConfig;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Lets all devices of a gateway go: it is unready for a while, asks them to move at a constant
 * rate, and closes the connections of those that stay. Begun by an operator, who may call it off,
 * or by the end of the process, which may not be. There is one at a time, and beginning it again
 * does nothing.
 */
public final class Drain {

    private static final System.Logger LOGGER = System.getLogger(Drain.class.getName());

    /** Devices that were asked to leave open their new connection first: they get this long. */
    private static final Duration LEAVE_GRACE = Duration.ofSeconds(5);

    /** How often it is looked whether all devices have gone before their time. */
    private static final Duration LOOK = Duration.ofMillis(50);

    /** How far it has come. */
    public enum Phase {
        /** There is no drain. */
        SERVING,
        /** The node is unready and serves, until load balancers have noticed. */
        UNREADY,
        /** Devices are asked to move, new ones are refused. */
        ASKING,
        /** All were asked; those that stay are closed. */
        CLOSING,
        /** It is over, new devices are refused. */
        DRAINED;

        /** Its name outside. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How far it has come.
     *
     * @param asked devices asked to move
     * @param toAsk devices that there were to ask; 0 before {@link Phase#ASKING}
     * @param connections that are left
     */
    public record Progress(Phase phase, int asked, int toAsk, int connections) {}

    private final MovesConfig config;
    private final SessionTable sessions;
    private final Consumer<Session> ask;
    private final Consumer<Session> end;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /* Guarded by lock; the phase is read without it. */
    private volatile Phase phase = Phase.SERVING;
    private int asked;
    private int toAsk;
    private boolean forGood;
    /* The thread of the drain that counts; one that was called off finds another here. */
    private Thread worker;

    /**
     * @param ask asks one to move; does not block
     * @param end closes one that has stayed; does not block
     */
    Drain(MovesConfig config, SessionTable sessions, Consumer<Session> ask, Consumer<Session> end) {
        this.config = config;
        this.sessions = sessions;
        this.ask = ask;
        this.end = end;
    }

    /** Whether the node wants new devices. */
    boolean wantsDevices() {
        return phase == Phase.SERVING;
    }

    /** Whether it lets none in. */
    boolean refusesDevices() {
        return phase.compareTo(Phase.ASKING) >= 0;
    }

    /** How far it has come. */
    public Progress progress() {
        lock.lock();
        try {
            return new Progress(phase, asked, toAsk, sessions.count());
        } finally {
            lock.unlock();
        }
    }

    /** Begins, unless it has begun. Does not wait. */
    public void begin() {
        lock.lock();
        try {
            if (phase == Phase.SERVING) {
                phase = Phase.UNREADY;
                asked = 0;
                toAsk = 0;
                worker = Thread.ofVirtual().name("drain").start(this::run);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Calls it off: the node takes devices again. Those that were asked to move do so.
     *
     * @return false when the process ends, which cannot be called off
     */
    public boolean cancel() {
        lock.lock();
        try {
            if (forGood) {
                return false;
            }
            if (phase != Phase.SERVING) {
                LOGGER.log(System.Logger.Level.INFO, "The drain is called off");
                phase = Phase.SERVING;
                worker = null;
                changed.signalAll();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Begins or goes on, for good, and waits for the end: at most drain delay + drain time + 10 s.
     */
    void finish() {
        lock.lock();
        try {
            forGood = true;
            begin();
            while (phase != Phase.DRAINED) {
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        lock.lock();
        try {
            LOGGER.log(
                    System.Logger.Level.INFO,
                    "Draining {0} connections, over {1} after {2}",
                    sessions.count(),
                    config.drainTime(),
                    config.drainDelay());
            steps();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (worker == Thread.currentThread()) {
                // Even if it has failed: the process waits for it.
                phase = Phase.DRAINED;
                changed.signalAll();
            }
            lock.unlock();
        }
    }

    private void steps() throws InterruptedException {
        if (!waitUntil(System.nanoTime() + config.drainDelay().toNanos(), true)) {
            return;
        }
        phase = Phase.ASKING;
        List<Session> all = sessions.all();
        toAsk = all.size();
        long begin = System.nanoTime();
        long spread = config.drainTime().toNanos();
        for (Session session : all) {
            if (!waitUntil(begin + (long) ((double) spread * asked / toAsk), false)) {
                return;
            }
            ask.accept(session);
            asked++;
        }
        phase = Phase.CLOSING;
        if (!waitUntil(System.nanoTime() + LEAVE_GRACE.toNanos(), true)) {
            return;
        }
        sessions.all().forEach(end);
        if (!waitUntil(System.nanoTime() + LEAVE_GRACE.toNanos(), true)) {
            return;
        }
        LOGGER.log(
                System.Logger.Level.INFO,
                "Drained: {0} devices were asked to move, {1} connections are left",
                asked,
                sessions.count());
    }

    /** Waits with the lock, which it gives up meanwhile. False when the drain was called off. */
    private boolean waitUntil(long deadlineNanos, boolean orEmpty) throws InterruptedException {
        while (worker == Thread.currentThread()) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0 || (orEmpty && sessions.count() == 0)) {
                return true;
            }
            var _ = changed.awaitNanos(orEmpty ? Math.min(left, LOOK.toNanos()) : left);
        }
        return false;
    }
}
