package dev.heliograph.server.observe;

import io.helidon.metrics.api.Tag;
import java.util.function.LongSupplier;

/** What operators have to know of certificates. */
public final class TlsMetrics {

    private static final String LISTENER = "listener";

    private final Meters meters = new Meters();
    private final Meters.Labelled failures =
            meters.labelled(
                    "tls_handshake_failures", "TLS handshakes that failed by listener", LISTENER);

    /** A client did not come through the handshake: no TLS, too old, or no trust. */
    public void handshakeFailed(String listener) {
        failures.increment(listener);
    }

    /** Where to read in how many seconds the certificate expires; negative when it has. */
    public void watchExpiry(String listener, LongSupplier seconds) {
        failures.with(listener);
        meters.gauge(
                "tls_certificate_expiry_seconds",
                "Time until a listener's certificate expires",
                Tag.create(LISTENER, listener),
                seconds::getAsLong);
    }
}
