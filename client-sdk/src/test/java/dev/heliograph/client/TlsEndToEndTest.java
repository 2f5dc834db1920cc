package dev.heliograph.client;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.device.ConnectionState.Closed;
import dev.heliograph.client.device.DeviceClient;
import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.NotifyException;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.RetryPolicy;
import dev.heliograph.client.producer.Target;
import dev.heliograph.server.testkit.TestCertificate;
import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both clients against a server with TLS and a certificate that the JDK does not trust. */
class TlsEndToEndTest {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().sslContext(TestCertificate.trusting()).build();

    private static Installation installation;
    private static ProducerClient producer;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        TestCertificate.named("one").write(directory, "http");
        TestCertificate.named("one").write(directory, "grpc");
        Map<String, String> settings = new HashMap<>();
        List<String> tls = TestCertificate.settings(directory, "http", "grpc");
        for (int i = 0; i < tls.size(); i += 2) {
            settings.put("heliograph." + tls.get(i), tls.get(i + 1));
        }
        installation = new Installation(directory, settings);
        producer = installation.producer(trusting());
    }

    @AfterAll
    static void stop() {
        producer.close();
        installation.close();
        HTTP.close();
    }

    private static ChannelCredentials trusting() throws IOException {
        String pem = TestCertificate.pem(TestCertificate.authority());
        return TlsChannelCredentials.newBuilder()
                .trustManager(new ByteArrayInputStream(pem.getBytes(UTF_8)))
                .build();
    }

    private static DeviceClient.Builder device(String scheme, String token) {
        return DeviceClient.builder(
                        "%s://127.0.0.1:%d/v1/connect"
                                .formatted(scheme, installation.server().httpPort()),
                        TokenProvider.fixed(token))
                .httpClient(HTTP)
                .deviceId("phone-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wss", "https"})
    void aDeviceGetsWhatAProducerSends(String scheme) throws Exception {
        List<String> handled = new CopyOnWriteArrayList<>();
        String token = installation.token(scheme, Duration.ofMinutes(10));
        try (DeviceClient device = device(scheme, token).build()) {
            var subscription = device.subscribe("inbox", delivery -> handled.add(delivery.type()));
            device.connect();
            subscription.ready().get(20, TimeUnit.SECONDS);
            producer.notify(Notification.of(Target.user(scheme), "greeting").json("{}").build());
            eventually("it is handled", () -> handled.equals(List.of("greeting")));
        }
    }

    @Test
    void c6TheVerdictIsAskedOverTlsToo() {
        try (DeviceClient device = device("wss", "a.b.c").build()) {
            device.connect();
            eventually("it has stopped", () -> device.state() instanceof Closed);
            assertThat(((Closed) device.state()).label(), is("unauthenticated"));
        }
    }

    @Test
    void aProducerDoesNotTalkToAServerThatItDoesNotTrust() {
        ProducerClient.Builder distrusting =
                ProducerClient.builder(
                                "127.0.0.1:" + installation.server().grpcPort(),
                                TokenProvider.fixed("secret"))
                        .retry(new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1)));
        try (ProducerClient stranger = distrusting.build()) {
            assertThrows(
                    NotifyException.class,
                    () ->
                            stranger.notify(
                                    Notification.of(Target.user("a"), "x").json("{}").build()));
        }
    }
}
