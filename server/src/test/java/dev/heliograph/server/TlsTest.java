package dev.heliograph.server;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.server.testkit.TestCertificate;
import dev.heliograph.server.testkit.TestDevice;
import dev.heliograph.server.testkit.TestProducer;
import dev.heliograph.server.testkit.TestRedis;
import dev.heliograph.server.tls.ServedCertificate;
import io.grpc.ChannelCredentials;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole server all of whose ports speak TLS; on that of gRPC clients need a certificate. */
class TlsTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final int ALERT = 21;
    private static final int PROTOCOL_VERSION = 70;

    private static Path directory;
    private static TestRedis redis;
    private static TestServer server;
    private static TestProducer producer;

    @BeforeAll
    static void start(@TempDir Path files) throws IOException {
        directory = files;
        TestCertificate one = TestCertificate.named("one");
        for (String listener : List.of("http", "grpc", "admin")) {
            one.write(files, listener);
        }
        Path clientCa = files.resolve("client-ca.crt");
        Files.writeString(clientCa, TestCertificate.pem(TestCertificate.authority()));
        List<String> settings = TestCertificate.settings(files, "http", "grpc", "admin");
        settings.addAll(List.of("tls.grpc.client-ca", clientCa.toString()));
        redis = TestRedis.start();
        server = new TestServer(files, redis, settings.toArray(String[]::new));
        producer = new TestProducer(server.server().grpcPort(), backend(Optional.of(one)));
    }

    @AfterAll
    static void stop() {
        producer.close();
        server.close();
        redis.close();
    }

    private static ChannelCredentials backend(Optional<TestCertificate> own) throws IOException {
        TlsChannelCredentials.Builder credentials =
                TlsChannelCredentials.newBuilder()
                        .trustManager(stream(TestCertificate.pem(TestCertificate.authority())));
        if (own.isPresent()) {
            credentials.keyManager(stream(own.get().chainPem()), stream(own.get().keyPem()));
        }
        return credentials.build();
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static TestDevice device(String user) {
        String token = server.issuer().device(user, List.of(), Optional.empty(), HOUR);
        TestDevice device =
                TestDevice.connect(
                        TestCertificate.trusting(), server.server().httpPort(), token, "phone");
        device.subscribe("user/" + user);
        return device;
    }

    private static void assertReceives(TestDevice device, String user) {
        String id = producer.notify(server.issuer().producer("shop", HOUR), user);
        eventually(user + " gets " + id, () -> device.ids().contains(id));
    }

    @Test
    void aDeviceReceivesOverWssWhatABackendSendsOverGrpcWithTls() {
        try (TestDevice device = device("alice")) {
            assertReceives(device, "alice");
        }
    }

    @Test
    void anEventStreamGoesOnOverHttps() throws Exception {
        String token = server.issuer().device("sarah", List.of(), Optional.empty(), HOUR);
        URI uri =
                URI.create(
                        "https://127.0.0.1:" + server.server().httpPort() + "/v1/sse?device=term");
        try (HttpClient http =
                HttpClient.newBuilder().sslContext(TestCertificate.trusting()).build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token).build();
            List<String> lines = new CopyOnWriteArrayList<>();
            try (Stream<String> body =
                    http.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
                Thread.startVirtualThread(() -> body.forEach(lines::add));
                eventually("it is subscribed", () -> lines.contains("event: subscribed"));
                for (int i = 0; i < 2; i++) {
                    String id = producer.notify(server.issuer().producer("shop", HOUR), "sarah");
                    eventually(id, () -> lines.stream().anyMatch(line -> line.contains(id)));
                }
            }
            http.shutdownNow();
        }
    }

    @Test
    void aBackendWithoutACertificateOfTheClientCaIsRefused() throws IOException {
        try (TestProducer stranger =
                new TestProducer(server.server().grpcPort(), backend(Optional.empty()))) {
            String token = server.issuer().producer("shop", HOUR);
            StatusRuntimeException e =
                    assertThrows(
                            StatusRuntimeException.class, () -> stranger.notify(token, "alice"));
            assertThat(e.getStatus().getCode(), is(Status.Code.UNAVAILABLE));
        }
    }

    @Test
    void theAdminPortTellsOverHttpsWhenCertificatesExpire() throws Exception {
        try (HttpClient http =
                HttpClient.newBuilder().sslContext(TestCertificate.trusting()).build()) {
            assertThat(get(http, "/observe/health/ready").statusCode(), is(200));
            assertThat(get(http, "/observe/health/live").statusCode(), is(200));
            String metrics = get(http, "/observe/metrics").body();
            for (String listener : List.of("http", "grpc", "admin")) {
                double seconds = value(metrics, "tls_certificate_expiry_seconds", listener);
                // Keytool's default: 90 days.
                assertThat(seconds, is(greaterThan(3_600.0 * 24 * 89)));
                assertThat(seconds < 3_600 * 24 * 90, is(true));
            }
        }
    }

    private static HttpResponse<String> get(HttpClient http, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("https://127.0.0.1:" + server.server().adminPort() + path);
        return http.send(
                HttpRequest.newBuilder(uri).header("Accept", "text/plain").build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static double value(String metrics, String name, String listener) {
        String line =
                metrics.lines()
                        .filter(
                                each ->
                                        each.startsWith("heliograph_" + name)
                                                && each.contains("listener=\"" + listener + "\""))
                        .findFirst()
                        .orElseThrow();
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    @Test
    void aNewCertificateIsShownToNewConnectionsWhileOldOnesGoOn() throws IOException {
        int port = server.server().httpPort();
        try (TestDevice before = device("bob")) {
            assertThat(ServedCertificate.of(port), is("CN=one"));
            TestCertificate.named("two").write(directory, "http");
            server.server().tls().check();
            assertThat(ServedCertificate.of(port), is("CN=two"));
            assertThat(ServedCertificate.of(server.server().adminPort()), is("CN=one"));
            assertReceives(before, "bob");
            try (TestDevice after = device("carol")) {
                assertReceives(after, "carol");
            }
        } finally {
            TestCertificate.named("one").write(directory, "http");
            server.server().tls().check();
        }
    }

    @Test
    void aClientWithoutTlsGetsNothingAndDisturbsNobody() throws Exception {
        try (TestDevice bystander = device("dora")) {
            for (int port :
                    List.of(
                            server.server().httpPort(),
                            server.server().grpcPort(),
                            server.server().adminPort())) {
                try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    plain.setSoTimeout(10_000);
                    plain.getOutputStream()
                            .write("GET /v1/connect HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8));
                    // At most an alert, which says that this is no TLS.
                    byte[] answer = readAll(plain);
                    assertThat(answer.length == 0 || answer[0] == ALERT, is(true));
                    assertThat(new String(answer, UTF_8).contains("HTTP"), is(false));
                }
            }
            assertReceives(bystander, "dora");
        }
        try (HttpClient http =
                HttpClient.newBuilder().sslContext(TestCertificate.trusting()).build()) {
            eventually(
                    "the failure is counted",
                    Duration.ofSeconds(20),
                    () ->
                            value(
                                            get(http, "/observe/metrics").body(),
                                            "tls_handshake_failures_total",
                                            "http")
                                    >= 1);
        }
    }

    private static byte[] readAll(Socket socket) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(all);
        } catch (IOException e) {
            // Reset: the server has not read all.
            return all.toByteArray();
        }
        return all.toByteArray();
    }

    @Test
    void tls11IsRefused() throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.server().httpPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(clientHello(0x0302));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(in.readUnsignedByte(), is(ALERT));
            in.skipNBytes(5); // version, length, level
            assertThat(in.readUnsignedByte(), is(PROTOCOL_VERSION));
        }
    }

    /** What a client says first whose newest version is this one. */
    private static byte[] clientHello(int version) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        out.writeShort(version);
        out.write(new byte[32]); // random
        out.writeByte(0); // no session
        out.writeShort(2); // one cipher suite
        out.writeShort(0xC009); // TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA
        out.writeShort(0x0100); // no compression
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        DataOutputStream framed = new DataOutputStream(record);
        framed.writeByte(22);
        framed.writeShort(0x0301);
        framed.writeShort(body.size() + 4);
        framed.writeInt(0x0100_0000 | body.size());
        body.writeTo(framed);
        return record.toByteArray();
    }

    @Test
    void aBadFileEndsTheStartWithItsSetting() throws IOException {
        Path jwks = directory.resolve("key.json");
        List<String> settings = TestCertificate.settings(directory, "http");
        settings.addAll(List.of("tls.http.private-key", directory.resolve("no.key").toString()));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                HeliographServer.create(
                                        TestServer.config(jwks, settings.toArray(String[]::new))));
        assertThat(
                e.getMessage(),
                containsString(
                        "heliograph.tls.http.private-key: "
                                + directory.resolve("no.key")
                                + " does not exist"));
    }
}
