package dev.heliograph.server.tls;

import dev.heliograph.server.config.TlsConfig.TlsFiles;
import dev.heliograph.server.observe.TlsMetrics;
import io.helidon.common.tls.Tls;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * TLS of one listener: the certificate that new connections get, and how it changes with its files.
 * {@link #check} may be called by anybody.
 */
final class TlsListener {

    private static final System.Logger LOG = System.getLogger(TlsListener.class.getName());

    /** Everything before 1.2 is broken. */
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final TlsFiles files;
    private final Deadlines deadlines;
    private final TlsMetrics metrics;
    private volatile Current current;

    /* Guarded by this listener's monitor. */
    private TlsMaterial.Bytes seen;
    private String lastProblem = "";

    private record Current(TlsMaterial material, SSLContext context, SSLParameters parameters) {

        static Current of(TlsMaterial material) {
            SSLContext context = material.context();
            SSLParameters parameters = context.getDefaultSSLParameters();
            parameters.setProtocols(PROTOCOLS);
            parameters.setUseCipherSuitesOrder(true);
            parameters.setNeedClientAuth(material.clientCas().isPresent());
            return new Current(material, context, parameters);
        }
    }

    /**
     * Reads the files.
     *
     * @param deadlines how long a handshake, and a goodbye, may take
     * @throws IllegalArgumentException naming the setting, the file and what is wrong
     */
    TlsListener(TlsFiles files, Deadlines deadlines, TlsMetrics metrics) {
        this.files = files;
        this.deadlines = deadlines;
        this.metrics = metrics;
        seen = TlsMaterial.Bytes.read(files);
        use(TlsMaterial.of(files, seen));
        metrics.watchExpiry(files.listener(), this::secondsToExpiry);
    }

    /** For Helidon's listener, for good: each connection gets what is current when it begins. */
    Tls tls() {
        return Tls.builder().sslContext(CurrentContext.of(this)).build();
    }

    SSLContext context() {
        return current.context();
    }

    /** A server's side of TLS over an accepted connection, before its handshake. */
    SSLSocket layer(Socket accepted) throws IOException {
        Current now = current;
        SSLSocket tls =
                (SSLSocket) now.context().getSocketFactory().createSocket(accepted, null, true);
        tls.setSSLParameters(now.parameters());
        return new TlsServerSocket(accepted, tls, this);
    }

    Deadlines deadlines() {
        return deadlines;
    }

    /** A client has not come through the handshake. One that said nothing was a port check. */
    void handshakeFailed(IOException failure) {
        if (failure instanceof SSLException && !(failure.getCause() instanceof EOFException)) {
            metrics.handshakeFailed(files.listener());
            LOG.log(
                    Level.DEBUG,
                    "A TLS handshake on port {0} failed: {1}",
                    files.listener(),
                    failure);
        }
    }

    /** Takes the files if they have changed and are right; else the certificate stays. */
    synchronized void check() {
        try {
            TlsMaterial.Bytes now = TlsMaterial.Bytes.read(files);
            if (now.equals(seen)) {
                return;
            }
            seen = now;
            use(TlsMaterial.of(files, now));
            lastProblem = "";
            LOG.log(
                    Level.INFO,
                    "The {0} port has a new certificate, of {1}, valid until {2}",
                    files.listener(),
                    current.material().subject(),
                    current.material().expires());
        } catch (RuntimeException e) {
            // Once, though a file that cannot be read is tried each time.
            if (!e.toString().equals(lastProblem)) {
                LOG.log(
                        Level.ERROR,
                        "The {0} port keeps its certificate, valid until {1}, since the new one cannot"
                                + " be used. {2}",
                        files.listener(),
                        current.material().expires(),
                        e instanceof IllegalArgumentException ? e.getMessage() : e);
            }
            lastProblem = e.toString();
        }
    }

    private void use(TlsMaterial material) {
        current = Current.of(material);
        material.outOfDate(Instant.now())
                .ifPresent(
                        problem ->
                                LOG.log(
                                        Level.WARNING,
                                        "{0}: {1} will be refused by clients: {2}",
                                        files.keys().certificate(),
                                        files.certificate(),
                                        problem));
    }

    private long secondsToExpiry() {
        return Duration.between(Instant.now(), current.material().expires()).toSeconds();
    }
}
