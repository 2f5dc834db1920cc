package dev.heliograph.server.websocket;

import dev.heliograph.server.gateway.Peer;
import dev.heliograph.server.observe.ConnectionLog;
import dev.heliograph.server.observe.GatewayMetrics;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.socket.SocketContext;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sockets that are no device's yet, from accept to upgrade. Each has limited time, however
 * slowly it sends; and when there are too many, the one goes that has got nowhere for longest, so
 * that the next is let in. It is never one that has said something which this gateway has not read
 * yet: in a storm of reconnects that one waits for the gateway, and ending it would only bring it
 * back.
 */
final class Arrivals implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Arrivals.class.getName());

    /** From one request to the whole of the next: what browsers keep open for another fetch. */
    static final Duration NEXT_REQUEST = Duration.ofSeconds(60);

    /**
     * In a storm of reconnects all are honest, and what a device sends may be late as well: while
     * handshakes are made, none that has waited for less than this is ended.
     */
    private static final Duration GRACE = Duration.ofSeconds(1);

    /** When no handshake was made for so long, and none can be, those that wait are a flood. */
    private static final Duration STILL = Duration.ofMillis(50);

    /** Sockets whose peers have left do not tell. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    /** A deadline is noticed a tenth of the time limit late, at most by a second. */
    private static final int SWEEPS_PER_TIMEOUT = 10;

    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(1);

    private final long firstNanos;
    private final int most;
    private final GatewayMetrics metrics;
    private final ConnectionLog log;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewer = lock.newCondition();

    /** Those that got somewhere last are last. Guarded by the lock. */
    private final LinkedHashMap<Ends, Arrival> waiting = new LinkedHashMap<>();

    /** When one became a device's or was refused. Guarded by the lock. */
    private long lastLeftNanos;

    private final Thread sweeper;

    /** What tells a socket from others that live. */
    private record Ends(SocketAddress remote, SocketAddress local) {}

    private record Arrival(SocketChannel socket, long sinceNanos, long deadlineNanos) {

        static Arrival of(SocketChannel socket, long limitNanos) {
            long now = System.nanoTime();
            return new Arrival(socket, now, now + limitNanos);
        }

        /** Whether the peer has sent something that nobody has read. */
        boolean isUnread() {
            try {
                return socket.socket().getInputStream().available() > 0;
            } catch (IOException e) {
                LOG.log(Level.TRACE, "The socket is gone", e);
                return false;
            }
        }
    }

    /**
     * Starts watching.
     *
     * @param first how long a socket may take for its first request
     * @param most how many there may be
     */
    Arrivals(Duration first, int most, GatewayMetrics metrics, ConnectionLog log) {
        this.firstNanos = first.toNanos();
        this.most = most;
        this.metrics = metrics;
        this.log = log;
        lastLeftNanos = System.nanoTime() - STILL.toNanos();
        long period = Math.min(firstNanos / SWEEPS_PER_TIMEOUT, LONGEST_PERIOD.toNanos());
        sweeper = Thread.ofVirtual().name("arrivals").start(() -> sweep(period));
    }

    /**
     * A socket was accepted. Waits a moment for room when there are too many, on the listener's
     * thread.
     */
    void accepted(SocketChannel socket) throws IOException {
        Ends ends = new Ends(socket.getRemoteAddress(), socket.getLocalAddress());
        List<Map.Entry<Ends, Arrival>> crowded = new ArrayList<>(1);
        lock.lock();
        try {
            while (isFull()) {
                Optional<Ends> silent = longestSilent();
                silent.ifPresent(it -> crowded.add(Map.entry(it, waiting.remove(it))));
                if (silent.isEmpty() && !awaitFewer()) {
                    break;
                }
            }
            waiting.put(ends, Arrival.of(socket, firstNanos));
        } finally {
            lock.unlock();
        }
        end(crowded, "handshake_crowd", "Too many sockets have sent no whole request");
    }

    private boolean isFull() {
        if (waiting.size() >= most) {
            waiting.values().removeIf(each -> !each.socket().isOpen());
        }
        return waiting.size() >= most;
    }

    /** The one that goes; none while those that wait may be about to have their handshakes. */
    private Optional<Ends> longestSilent() {
        long now = System.nanoTime();
        long grace = (handshakesAreMade(now) ? GRACE : STILL).toNanos();
        for (Map.Entry<Ends, Arrival> each : waiting.entrySet()) {
            if (now - each.getValue().sinceNanos() < grace) {
                break;
            }
            if (!each.getValue().isUnread()) {
                return Optional.of(each.getKey());
            }
        }
        return Optional.empty();
    }

    private boolean handshakesAreMade(long now) {
        return now - lastLeftNanos < STILL.toNanos()
                || waiting.values().stream().anyMatch(Arrival::isUnread);
    }

    /** Whether it was worth to wait; not when the server ends. */
    private boolean awaitFewer() {
        try {
            var _ = fewer.awaitNanos(LOOK_AGAIN.toNanos());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A request is being answered over HTTP: another may follow. */
    void requested(SocketContext context) {
        Ends ends = ends(context);
        lock.lock();
        try {
            Arrival arrival = waiting.remove(ends);
            if (arrival != null) {
                waiting.put(ends, Arrival.of(arrival.socket(), NEXT_REQUEST.toNanos()));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * It is a device's now, or has been refused.
     *
     * @return its socket; empty when it is being ended for its lateness
     */
    Optional<SocketChannel> left(SocketContext context) {
        Ends ends = ends(context);
        lock.lock();
        try {
            Arrival arrival = waiting.remove(ends);
            lastLeftNanos = System.nanoTime();
            fewer.signal();
            return Optional.ofNullable(arrival).map(Arrival::socket);
        } finally {
            lock.unlock();
        }
    }

    /** A socket whose request gets an answer that takes as long as it takes. */
    interface Served {

        /** The answer is sent: another request may follow. */
        void back();

        /**
         * Runs this when the peer ends the connection, or talks before the answer is complete. The
         * socket has to be closed after its answer: what the peer said is lost.
         */
        void onLeft(Runnable left);
    }

    /** A device's request on a socket was let in. */
    Served served(PeerInfo remote, PeerInfo local) {
        Ends ends = new Ends(remote.address(), local.address());
        Arrival arrival;
        lock.lock();
        try {
            arrival = waiting.remove(ends);
            lastLeftNanos = System.nanoTime();
            fewer.signal();
        } finally {
            lock.unlock();
        }
        return new Served() {
            @Override
            public void back() {
                if (arrival != null) {
                    Arrivals.this.back(ends, arrival.socket());
                }
            }

            @Override
            public void onLeft(Runnable left) {
                if (arrival != null) {
                    Thread.ofVirtual()
                            .name("stream-reader")
                            .start(() -> awaitEnd(arrival.socket(), left));
                }
            }
        };
    }

    private static void awaitEnd(SocketChannel socket, Runnable left) {
        try {
            socket.read(ByteBuffer.allocate(1));
        } catch (IOException e) {
            LOG.log(Level.TRACE, "The socket ended", e);
        }
        left.run();
    }

    private void back(Ends ends, SocketChannel socket) {
        lock.lock();
        try {
            if (socket.isOpen()) {
                waiting.put(ends, Arrival.of(socket, NEXT_REQUEST.toNanos()));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        sweeper.interrupt();
    }

    private static Ends ends(SocketContext context) {
        return new Ends(context.remotePeer().address(), context.localPeer().address());
    }

    private void sweep(long periodNanos) {
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(periodNanos);
            end(overdue(), "handshake_timeout", "No whole request in time");
        }
    }

    private List<Map.Entry<Ends, Arrival>> overdue() {
        List<Map.Entry<Ends, Arrival>> overdue = new ArrayList<>();
        long now = System.nanoTime();
        lock.lock();
        try {
            Iterator<Map.Entry<Ends, Arrival>> each = waiting.entrySet().iterator();
            while (each.hasNext()) {
                Map.Entry<Ends, Arrival> entry = each.next();
                if (!entry.getValue().socket().isOpen()) {
                    each.remove();
                } else if (now - entry.getValue().deadlineNanos() > 0) {
                    overdue.add(Map.entry(entry.getKey(), entry.getValue()));
                    each.remove();
                }
            }
        } finally {
            lock.unlock();
        }
        return overdue;
    }

    private void end(List<Map.Entry<Ends, Arrival>> arrivals, String reason, String message) {
        for (Map.Entry<Ends, Arrival> each : arrivals) {
            String ip =
                    each.getKey().remote() instanceof InetSocketAddress address
                            ? address.getAddress().getHostAddress()
                            : each.getKey().remote().toString();
            metrics.connectionRefused(reason);
            log.refused(new Peer(ip, ""), reason, message);
            try {
                each.getValue().socket().close();
            } catch (IOException e) {
                LOG.log(Level.TRACE, "The socket was gone", e);
            }
        }
    }
}
