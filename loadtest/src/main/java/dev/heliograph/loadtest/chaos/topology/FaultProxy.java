package dev.heliograph.loadtest.chaos.topology;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Carries TCP connections of this machine and hurts them when told to. */
public final class FaultProxy implements AutoCloseable {

    private static final int BACKLOG = 1_024;

    /** A server on this machine that does not take a connection in this time hangs. */
    private static final int CONNECT_TIMEOUT_MS = 1_000;

    /** Chooses where a connection goes. */
    @FunctionalInterface
    public interface Route {
        /** Loopback ports, in the order in which they are tried. */
        List<Integer> ports();
    }

    private final ServerSocket listener;
    private final Route route;
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    /* Signalled when rules change or a connection ends. */
    private final Condition changed = lock.newCondition();

    /** Listens on a free loopback port. */
    public FaultProxy(Route route) throws IOException {
        this.route = route;
        listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("fault-proxy").start(this::accept);
    }

    /** In front of one server. */
    public static FaultProxy to(int port) throws IOException {
        return new FaultProxy(() -> List.of(port));
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Connections that it carries now. */
    public int connections() {
        return connections.size();
    }

    /** Hurts the connections of some clients, present ones and new ones, until it is healed. */
    public Rule impair(Impairment impairment, Clients clients) {
        Rule rule = new Rule(impairment, clients, Set.copyOf(connections));
        rules.add(rule);
        signalChange();
        return rule;
    }

    /** Resets the connections of some clients, in both directions. */
    public void reset(Clients clients) {
        for (ProxiedConnection connection : connections) {
            if (clients.include(connection.clientPort(), port())) {
                connection.reset();
            }
        }
    }

    /** Waits until what was read may go on; returns how. */
    Pace awaitPassage(ProxiedConnection connection, boolean towardsServer) {
        lock.lock();
        try {
            while (!connection.isOver() && blocked(connection, towardsServer)) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        Pace pace = Pace.FULL;
        for (Rule rule : rules) {
            if (rule.concerns(connection)) {
                pace =
                        switch (rule.impairment) {
                            case Impairment.Delay delay -> pace.after(delay.by());
                            case Impairment.SlowBytes slow ->
                                    pace.sliced(slow.bytes(), slow.every());
                            case Impairment.Blackhole _,
                                    Impairment.HalfOpen _,
                                    Impairment.Refusal _ ->
                                    pace;
                        };
            }
        }
        return pace;
    }

    private boolean blocked(ProxiedConnection connection, boolean towardsServer) {
        return rules.stream()
                .filter(rule -> rule.blocks(towardsServer))
                .anyMatch(rule -> rule.concerns(connection));
    }

    /** A connection has ended. */
    void ended(ProxiedConnection connection) {
        connections.remove(connection);
        signalChange();
    }

    private void signalChange() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().name("fault-proxy-connect").start(() -> carry(client));
            } catch (IOException _) {
                // Closed, or the client is gone already.
            }
        }
    }

    private void carry(Socket client) {
        boolean refused =
                rules.stream()
                        .filter(rule -> rule.impairment instanceof Impairment.Refusal)
                        .anyMatch(rule -> rule.clients.include(client.getPort(), port()));
        Socket server = refused ? null : connect();
        if (server == null) {
            ProxiedConnection.reset(client);
            return;
        }
        ProxiedConnection connection = new ProxiedConnection(this, client, server);
        connections.add(connection);
        connection.start();
        if (listener.isClosed()) {
            connection.reset();
        }
    }

    private Socket connect() {
        for (int port : route.ports()) {
            Socket server = new Socket();
            try {
                server.setTcpNoDelay(true);
                server.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        CONNECT_TIMEOUT_MS);
                return server;
            } catch (IOException _) {
                // The next one, then.
                ProxiedConnection.reset(server);
            }
        }
        return null;
    }

    /** Ends all connections. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException _) {
            // It is of no use any more in any case.
        }
        connections.forEach(ProxiedConnection::reset);
        signalChange();
    }

    /** How fast bytes go on. */
    record Pace(Duration delay, int sliceBytes, Duration sliceEvery) {

        static final Pace FULL = new Pace(Duration.ZERO, Integer.MAX_VALUE, Duration.ZERO);

        Pace after(Duration more) {
            return new Pace(delay.plus(more), sliceBytes, sliceEvery);
        }

        Pace sliced(int bytes, Duration every) {
            return new Pace(delay, bytes, every);
        }
    }

    /** An impairment of some connections. */
    public final class Rule {

        private final Impairment impairment;
        private final Clients clients;
        /* Those that exist when it begins. */
        private final Set<ProxiedConnection> present;
        /* Who owns a socket never changes, and costs a search to find out. */
        private final Map<ProxiedConnection, Boolean> known = new ConcurrentHashMap<>();

        private Rule(Impairment impairment, Clients clients, Set<ProxiedConnection> present) {
            this.impairment = impairment;
            this.clients = clients;
            this.present = present;
            present.forEach(this::concerns);
        }

        private boolean concerns(ProxiedConnection connection) {
            if (impairment instanceof Impairment.HalfOpen && !present.contains(connection)) {
                return false;
            }
            return known.computeIfAbsent(
                    connection, it -> clients.include(it.clientPort(), port()));
        }

        private boolean blocks(boolean towardsServer) {
            return switch (impairment) {
                case Impairment.HalfOpen _ -> true;
                case Impairment.Blackhole hole ->
                        towardsServer ? hole.towardsServer() : hole.towardsClient();
                case Impairment.Delay _, Impairment.SlowBytes _, Impairment.Refusal _ -> false;
            };
        }

        /** Ends it. Further calls do nothing. */
        public void heal() {
            if (impairment instanceof Impairment.HalfOpen) {
                // While the rule still holds: else what it held back could slip through first.
                present.stream().filter(this::concerns).forEach(ProxiedConnection::reset);
            }
            if (rules.remove(this)) {
                signalChange();
            }
        }
    }
}
