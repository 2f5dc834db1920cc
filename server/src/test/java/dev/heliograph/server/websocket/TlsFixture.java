package dev.heliograph.server.websocket;

import dev.heliograph.server.config.TlsConfig;
import dev.heliograph.server.config.TlsConfig.TlsFiles;
import dev.heliograph.server.testkit.TestCertificate;
import dev.heliograph.server.tls.TlsListeners;
import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** TLS of a {@link GatewayFixture}, and of its clients. */
final class TlsFixture {

    private final TlsListeners listeners;

    TlsFixture(Path directory) throws IOException {
        this(directory, Duration.ofSeconds(10));
    }

    /** With a limit for handshakes and goodbyes. */
    TlsFixture(Path directory, Duration limit) throws IOException {
        TestCertificate.named("one").write(directory, "http");
        TlsFiles files =
                new TlsFiles(
                        "http",
                        directory.resolve("http.crt"),
                        directory.resolve("http.key"),
                        Optional.empty());
        listeners =
                TlsListeners.create(
                        new TlsConfig(Optional.of(files), Optional.empty(), Optional.empty()),
                        limit);
    }

    /** For the gateway. */
    Optional<Tls> server() {
        return listeners.http();
    }

    /** A client that has said nothing yet, with a receive buffer of so many bytes. */
    static RawClient connect(GatewayFixture gateway, int receiveBuffer) throws IOException {
        return new RawClient(
                RawClient.connect(new Socket(), gateway.port(), receiveBuffer),
                TestCertificate.trusting());
    }
}
