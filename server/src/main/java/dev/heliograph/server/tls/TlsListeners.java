package dev.heliograph.server.tls;

import dev.heliograph.server.config.TlsConfig;
import dev.heliograph.server.config.TlsConfig.TlsFiles;
import dev.heliograph.server.observe.TlsMetrics;
import io.helidon.common.tls.Tls;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * TLS of all listeners that have it. Their files are looked at in turn, by one thread, rather than
 * watched: that also works for mounted volumes and swapped links.
 */
public final class TlsListeners implements AutoCloseable {

    /** Soon enough for a certificate that is renewed days ahead. */
    private static final Duration PERIOD = Duration.ofSeconds(10);

    /**
     * Renegotiation of TLS 1.2 lets a client make the server work for nothing. The JDK reads it
     * with the first handshake.
     */
    private static final String NO_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

    private final Deadlines deadlines;
    private final Optional<TlsListener> http;
    private final Optional<TlsListener> grpc;
    private final Optional<TlsListener> admin;
    private final long periodNanos;
    private Thread checker;

    private TlsListeners(TlsConfig config, Duration limit, Duration period) {
        this.deadlines = new Deadlines(limit);
        this.periodNanos = period.toNanos();
        TlsMetrics metrics = new TlsMetrics();
        this.http = config.http().map(files -> listener(files, metrics));
        this.grpc = config.grpc().map(files -> listener(files, metrics));
        this.admin = config.admin().map(files -> listener(files, metrics));
    }

    /**
     * Reads all files.
     *
     * @param limit how long a handshake may take
     * @throws IllegalArgumentException naming the setting, the file and what is wrong
     */
    public static TlsListeners create(TlsConfig config, Duration limit) {
        return create(config, limit, PERIOD);
    }

    /** The same with another time between two looks at the files. */
    static TlsListeners create(TlsConfig config, Duration limit, Duration period) {
        return new TlsListeners(config, limit, period);
    }

    private TlsListener listener(TlsFiles files, TlsMetrics metrics) {
        if (System.getProperty(NO_RENEGOTIATION) == null) {
            System.setProperty(NO_RENEGOTIATION, "true");
        }
        return new TlsListener(files, deadlines, metrics);
    }

    /** Begins to look whether files have changed. */
    public void start() {
        if (all().findAny().isPresent()) {
            checker = Thread.ofVirtual().name("tls-files").start(this::checkUntilClosed);
        }
    }

    /** Of the port of devices and console; empty: plain. */
    public Optional<Tls> http() {
        return http.map(TlsListener::tls);
    }

    /** Of the Notify API's port; empty: plain. */
    public Optional<Tls> grpc() {
        return grpc.map(TlsListener::tls);
    }

    /** Of the port of health and metrics; empty: plain. */
    public Optional<Tls> admin() {
        return admin.map(TlsListener::tls);
    }

    private void checkUntilClosed() {
        LockSupport.parkNanos(periodNanos);
        while (!Thread.currentThread().isInterrupted()) {
            check();
            LockSupport.parkNanos(periodNanos);
        }
    }

    /** Takes the files that have changed and are right. */
    public void check() {
        all().forEach(TlsListener::check);
    }

    private Stream<TlsListener> all() {
        return Stream.of(http, grpc, admin).flatMap(Optional::stream);
    }

    /** Certificates stay as they are. */
    @Override
    public void close() {
        if (checker != null) {
            checker.interrupt();
        }
        deadlines.close();
    }
}
