package dev.heliograph.server.tls;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.config.TlsConfig;
import dev.heliograph.server.config.TlsConfig.TlsFiles;
import dev.heliograph.server.testkit.TestCertificate;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a listener whose files change. */
class TlsListenerTest {

    private static final Logger LOGGER = Logger.getLogger(TlsListener.class.getName());
    private static final Duration HANDSHAKE = Duration.ofSeconds(10);

    @TempDir Path directory;
    private final List<LogRecord> log = new CopyOnWriteArrayList<>();
    private final Handler recorder =
            new Handler() {
                @Override
                public void publish(LogRecord record) {
                    log.add(record);
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };
    private TlsListeners listeners;
    private WebServer server;

    @BeforeEach
    void record() {
        LOGGER.addHandler(recorder);
    }

    @AfterEach
    void stop() {
        LOGGER.removeHandler(recorder);
        server.stop();
        listeners.close();
    }

    private void start(Path files, Duration period) {
        TlsFiles http =
                new TlsFiles(
                        "http",
                        files.resolve("http.crt"),
                        files.resolve("http.key"),
                        Optional.empty());
        listeners =
                TlsListeners.create(
                        new TlsConfig(Optional.of(http), Optional.empty(), Optional.empty()),
                        HANDSHAKE,
                        period);
        server =
                WebServer.builder()
                        .address(InetAddress.getLoopbackAddress())
                        .port(0)
                        .useNio(false)
                        .tls(listeners.http().orElseThrow())
                        .routing(routing -> routing.get("/", (_, response) -> response.send("yes")))
                        .build()
                        .start();
        listeners.start();
    }

    private void startUnwatched() {
        start(directory, Duration.ofHours(1));
    }

    private List<String> said(Level level) {
        return log.stream()
                .filter(each -> each.getLevel().equals(level))
                .map(new SimpleFormatter()::formatMessage)
                .toList();
    }

    @Test
    void filesThatAreOverwrittenAreTakenWithinThePeriod() throws IOException {
        TestCertificate.named("one").write(directory, "http");
        start(directory, Duration.ofMillis(20));
        assertThat(ServedCertificate.of(server.port()), is("CN=one"));
        // Between the two writes they do not belong together, which is seen or not.
        TestCertificate.named("two").write(directory, "http");
        eventually(
                "the new one is shown",
                Duration.ofSeconds(20),
                () -> ServedCertificate.of(server.port()).equals("CN=two"));
    }

    /** As Kubernetes does with a mounted Secret, into which cert-manager writes. */
    @Test
    void filesBehindASwappedLinkAreTaken() throws IOException {
        for (String name : List.of("one", "two")) {
            TestCertificate.named(name)
                    .write(Files.createDirectory(directory.resolve(name)), "http");
        }
        Path data = directory.resolve("..data");
        Files.createSymbolicLink(data, Path.of("one"));
        for (String file : List.of("http.crt", "http.key")) {
            Files.createSymbolicLink(directory.resolve(file), Path.of("..data", file));
        }
        startUnwatched();
        assertThat(ServedCertificate.of(server.port()), is("CN=one"));
        Path swapped = Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("two"));
        Files.move(swapped, data, StandardCopyOption.ATOMIC_MOVE);
        listeners.check();
        assertThat(ServedCertificate.of(server.port()), is("CN=two"));
        assertThat(said(Level.SEVERE), is(List.of()));
    }

    @Test
    void brokenFilesKeepTheOldCertificateAndAreToldOnce() throws IOException {
        TestCertificate.named("one").write(directory, "http");
        startUnwatched();
        Path key = directory.resolve("http.key");
        Files.writeString(key, TestCertificate.named("two").keyPem());
        listeners.check();
        listeners.check();
        assertThat(ServedCertificate.of(server.port()), is("CN=one"));
        assertThat(said(Level.SEVERE).size(), is(1));
        assertThat(
                said(Level.SEVERE).getFirst(),
                containsString("heliograph.tls.http.private-key: " + key + " does not belong"));
        Files.delete(key);
        listeners.check();
        listeners.check();
        assertThat(ServedCertificate.of(server.port()), is("CN=one"));
        assertThat(said(Level.SEVERE).size(), is(2));
        assertThat(said(Level.SEVERE).getLast(), containsString(key + " does not exist"));
        TestCertificate.named("two").write(directory, "http");
        listeners.check();
        assertThat(ServedCertificate.of(server.port()), is("CN=two"));
        assertThat(said(Level.SEVERE).size(), is(2));
    }

    @Test
    void aSessionOfTheOldCertificateIsNotResumed() throws IOException {
        TestCertificate.named("one").write(directory, "http");
        startUnwatched();
        SSLContext client = TestCertificate.trusting();
        assertThat(ServedCertificate.of(server.port(), client), is("CN=one"));
        TestCertificate.named("two").write(directory, "http");
        listeners.check();
        assertThat(ServedCertificate.of(server.port(), client), is("CN=two"));
    }

    @Test
    void aConnectionGoesOnWithTheCertificateThatItBeganWith() throws Exception {
        TestCertificate.named("one").write(directory, "http");
        startUnwatched();
        try (HttpClient http =
                HttpClient.newBuilder().sslContext(TestCertificate.trusting()).build()) {
            assertThat(shown(http), is("CN=one"));
            TestCertificate.named("two").write(directory, "http");
            listeners.check();
            assertThat(shown(http), is("CN=one"));
        }
    }

    private String shown(HttpClient http) throws Exception {
        URI uri = URI.create("https://127.0.0.1:" + server.port() + "/");
        HttpResponse<String> answer =
                http.send(
                        HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.body(), is("yes"));
        return answer.sslSession().orElseThrow().getPeerPrincipal().getName();
    }

    @Test
    void anExpiredCertificateIsShownWithAWarning() throws IOException {
        TestCertificate.make("old", "-keyalg", "EC", "-startdate", "-10d", "-validity", "5")
                .write(directory, "http");
        startUnwatched();
        assertThat(said(Level.WARNING).size(), is(1));
        assertThat(said(Level.WARNING).getFirst(), containsString("CN=old expired on "));
        assertThat(
                said(Level.WARNING).getFirst(), containsString("heliograph.tls.http.certificate"));
    }
}
