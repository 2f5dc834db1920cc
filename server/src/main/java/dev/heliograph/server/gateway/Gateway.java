package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.auth.TokenVerifier;
import dev.heliograph.server.config.DegradationConfig;
import dev.heliograph.server.config.ServerConfig.GatewayConfig;
import dev.heliograph.server.gateway.Degradation.Measures;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.LogStore;
import dev.heliograph.server.log.MailboxGeneration;
import dev.heliograph.server.log.MailboxListener;
import dev.heliograph.server.log.Mailboxes;
import dev.heliograph.server.log.SessionDirectory;
import dev.heliograph.server.observe.ConnectionLog;
import dev.heliograph.server.observe.GatewayMetrics;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/** Holds the sessions of one node and joins them to the log. */
public final class Gateway implements SessionFactory, MailboxListener, AutoCloseable {

    /** What a refused connection is told to wait, at least and on top at random. */
    private static final int REFUSED_RETRY_MS = 1_000;

    /**
     * The same while a gateway is under pressure: as long as a tier lasts at least, and three times
     * that, so that those who were turned away do not all come when it is left.
     */
    private static final int PRESSURE_RETRY_MS = 5_000;

    private static final int PRESSURE_SPREAD_MS = 10_000;

    /** On a node with few devices one that is slow is no backlog of all. */
    private static final int FEW_CONNECTIONS = 100;

    private final String node;
    private final GatewayConfig config;
    private final TokenVerifier tokens;
    private final GatewayMetrics metrics;
    private final ConnectionLog connectionLog;
    private final GatewayTimer timer = new GatewayTimer();
    private final HubRegistry registry;
    private final SessionRecords records;
    private final SessionTable sessions;
    private final Mailboxes mailboxes;
    private final Drain drain;
    private final Rebalancer rebalancer;
    private final Degradation degradation;
    private final Optional<SchedulerProbe> probe;

    /**
     * Starts reading mailboxes; connections may be opened once {@link #awaitReady} has returned.
     *
     * @param tokens verifies what devices bring during a session
     */
    public Gateway(
            String node,
            GatewayConfig config,
            TokenVerifier tokens,
            LogStore log,
            GatewayMetrics metrics,
            ConnectionLog connectionLog,
            DegradationConfig degradation) {
        this(
                node,
                config,
                tokens,
                log,
                metrics,
                connectionLog,
                Paces.DEFAULT,
                degradation.enabled() ? Optional.of(degradation) : Optional.empty(),
                Measures.NONE);
    }

    Gateway(
            String node,
            GatewayConfig config,
            TokenVerifier tokens,
            LogStore log,
            GatewayMetrics metrics,
            ConnectionLog connectionLog,
            Paces paces,
            Measures measures) {
        this(node, config, tokens, log, metrics, connectionLog, paces, Optional.empty(), measures);
    }

    private Gateway(
            String node,
            GatewayConfig config,
            TokenVerifier tokens,
            LogStore log,
            GatewayMetrics metrics,
            ConnectionLog connectionLog,
            Paces paces,
            Optional<DegradationConfig> measured,
            Measures otherwise) {
        this.node = node;
        this.config = config;
        this.tokens = tokens;
        this.metrics = metrics;
        this.connectionLog = connectionLog;
        this.probe = measured.map(_ -> new SchedulerProbe());
        this.degradation = new Degradation(measured.map(this::measures).orElse(otherwise), metrics);
        this.registry = new HubRegistry(log.reader(), timer.executor(), metrics, degradation);
        this.records = new SessionRecords(log.sessions(), registry);
        HeartbeatWheel wheel =
                new HeartbeatWheel(
                        config.heartbeatInterval(), config.heartbeatTimeout(), clockMs());
        this.sessions = new SessionTable(wheel);
        timer.every(wheel.slotTime().toMillis(), () -> wheel.turn(clockMs()));
        metrics.watchConnections(sessions::count);
        this.mailboxes = log.mailboxes(node, this);
        metrics.watchMailboxLag(mailboxes::lagSeconds);
        degrade();
        new AntiEntropy(registry, log.comparison(), paces.antiEntropy()).start();
        this.drain =
                new Drain(
                        config.moves(),
                        sessions,
                        session -> session.terms().goAway("drain"),
                        session -> session.close(CloseCode.CLOSE_CODE_SERVICE_RESTART));
        this.rebalancer =
                new Rebalancer(
                        node,
                        paces.rebalance(),
                        log.gatewayCounts(paces.rebalance().life()),
                        registry,
                        sessions,
                        drain);
        if (config.moves().rebalance()) {
            rebalancer.start();
        }
    }

    private Measures measures(DegradationConfig limits) {
        double delay = limits.schedulerDelay().toNanos() / 1e9;
        double heap = limits.heapPercent() / 100.0;
        DoubleSupplier collected = new HeapAfterCollection(this::clockMs);
        return new Measures(
                Map.of(
                        Pressure.SCHEDULER,
                        () -> probe.orElseThrow().p99() / delay,
                        Pressure.OUTBOUND,
                        () ->
                                (double) metrics.outboxBytes()
                                        / Math.max(FEW_CONNECTIONS, sessions.count())
                                        / config.outboxSoftLimitBytes(),
                        Pressure.CONNECTIONS,
                        () -> (double) sessions.count() / config.maxConnections(),
                        Pressure.HEAP,
                        () -> collected.getAsDouble() / heap,
                        Pressure.MAILBOX,
                        () -> mailboxes.lagSeconds()),
                this::clockMs);
    }

    private void degrade() {
        degradation.onLower(registry::flushLow);
        degradation.onLower(registry::releaseObservers);
        timer.every(Degradation.SAMPLE_MS, degradation::sample);
        timer.every(LowBatches.EVERY_MS, registry::flushLow);
        timer.every(Observers.SLOT_MS, registry::serveObservers);
    }

    /** Returns when the mailboxes stand. */
    public void awaitReady() {
        mailboxes.ready().join();
    }

    /** Whether new connections are wanted. */
    public boolean accepting() {
        return mailboxes.ready().isDone() && drain.wantsDevices();
    }

    /** How an operator lets the devices go. */
    public Drain draining() {
        return drain;
    }

    /** Whether what is published arrives here, as far as that is this node's matter. */
    public boolean logPathWorks() {
        return mailboxes.pathWorks();
    }

    @Override
    public Admission admit(Peer peer) {
        int retryMs = REFUSED_RETRY_MS + ThreadLocalRandom.current().nextInt(REFUSED_RETRY_MS);
        if (drain.refusesDevices()) {
            return new Admission.Refused("draining", retryMs);
        }
        if (sessions.count() >= config.maxConnections()) {
            return new Admission.Refused("overloaded", retryMs);
        }
        if (degradation.tier() >= Degradation.REFUSES) {
            int spread = ThreadLocalRandom.current().nextInt(PRESSURE_SPREAD_MS);
            return new Admission.Refused("overloaded", PRESSURE_RETRY_MS + spread);
        }
        return new Admission.Admitted();
    }

    @Override
    public SessionHandler open(Principal principal) {
        return new Session(
                this,
                principal,
                HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()));
    }

    Degradation degradation() {
        return degradation;
    }

    String node() {
        return node;
    }

    GatewayConfig config() {
        return config;
    }

    TokenVerifier tokens() {
        return tokens;
    }

    HubRegistry registry() {
        return registry;
    }

    SessionRecords records() {
        return records;
    }

    GatewayMetrics metrics() {
        return metrics;
    }

    /** A transport stands: its session has a limited time for Hello. */
    void opened(Session session) {
        sessions.add(session);
        timer.after(config.helloTimeout().toMillis(), session::checkHello);
    }

    /** Milliseconds for measuring: does not jump with the clock. */
    long clockMs() {
        return System.nanoTime() / 1_000_000;
    }

    /** A session was let in, and can be evicted through this mailbox. */
    void welcomed(Session session, Peer peer, String mailbox) {
        SessionDirectory.Entry entry = session.entry().orElseThrow();
        if (!mailbox.equals(registry.mailbox(entry.inbox()))) {
            // It changed before the session was one that onNewGeneration could see.
            registry.run(() -> records.reattach(session));
        }
        connectionLog.connected(
                session.connectionId(),
                entry.inbox().name(),
                entry.device(),
                peer,
                sessions.count());
    }

    /** A session has ended, having got this far with the channels that it had. */
    void ended(
            Session session,
            List<SessionDirectory.Cursor> cursors,
            String user,
            SessionTransport transport,
            int code,
            String reason) {
        sessions.remove(session);
        String device = session.entry().map(SessionDirectory.Entry::device).orElse("");
        records.detach(session, cursors, transport);
        connectionLog.disconnected(
                session.connectionId(),
                user,
                device,
                transport.peer(),
                code,
                reason,
                sessions.count());
    }

    @Override
    public boolean listensTo(Channel channel) {
        return registry.has(channel);
    }

    @Override
    public void onEntry(LogEntry entry) {
        registry.onEntry(entry);
    }

    @Override
    public void onEphemeral(Channel channel, byte[] envelope) {
        registry.onEphemeral(channel, envelope);
    }

    @Override
    public void onLoss(Channel channel, String epoch) {
        registry.onLoss(channel, epoch);
    }

    @Override
    public void onEvict(String connectionId) {
        sessions.find(connectionId).ifPresent(it -> it.close(CloseCode.CLOSE_CODE_REPLACED));
    }

    @Override
    public void onNewGeneration(MailboxGeneration generation) {
        metrics.newGeneration(generation.reason());
        registry.onNewGeneration(generation);
        // Behind the channels: delivering is more urgent than evicting.
        registry.paced(
                sessions.all().stream()
                        .filter(
                                it ->
                                        it.entry()
                                                .map(SessionDirectory.Entry::inbox)
                                                .filter(generation::serves)
                                                .isPresent())
                        .<Runnable>map(session -> () -> records.reattach(session))
                        .toList());
    }

    /**
     * Lets all devices go for good, or goes on with it. Blocks until no connection is left, at most
     * drain delay + drain time + 10 s.
     */
    public void drain() {
        drain.begin();
        if (config.moves().rebalance()) {
            rebalancer.leave();
        }
        drain.finish();
    }

    @Override
    public void close() {
        mailboxes.close();
        probe.ifPresent(SchedulerProbe::close);
        timer.close();
        registry.close();
    }
}
