package dev.heliograph.client.device;

import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ConnectVerdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The way to a gateway over the JDK's HTTP client. */
final class JdkTransport implements Transport {

    private static final Duration VERDICT_TIMEOUT = Duration.ofSeconds(10);

    /** A verdict takes a few hundred bytes. */
    private static final long MAX_VERDICT_BYTES = 16 * 1024;

    /** A socket whose handshake hangs is given up by then, so that it is closed too. */
    private static final Duration HANDSHAKE_TIMEOUT =
            Duration.ofMillis(DeviceConnection.WELCOME_TIMEOUT_MS);

    private static final JsonFormat.Parser VERDICT_PARSER =
            JsonFormat.parser().ignoringUnknownFields();

    private final HttpClient http;
    private final URI url;
    private final DeviceEncoding encoding;

    JdkTransport(HttpClient http, URI url, DeviceEncoding encoding) {
        this.http = http;
        this.url = url;
        this.encoding = encoding;
    }

    /**
     * The client of all devices of this process: each HttpClient has a selector thread of its own.
     */
    static HttpClient sharedHttp() {
        return Shared.HTTP;
    }

    @Override
    public Link open(String token, Events events) {
        JdkLink link = new JdkLink(encoding, events);
        link.opening(
                http.newWebSocketBuilder()
                        .header("Authorization", "Bearer " + token)
                        .subprotocols(encoding.subprotocol())
                        .connectTimeout(HANDSHAKE_TIMEOUT)
                        .buildAsync(withScheme("ws"), link));
        return link;
    }

    @Override
    public CompletableFuture<ConnectVerdict> verdict(String token) {
        // HTTP/1.1: for HTTP/2 over plain text the JDK would add an Upgrade header.
        HttpRequest request =
                HttpRequest.newBuilder(withScheme("http"))
                        .version(HttpClient.Version.HTTP_1_1)
                        .header("Authorization", "Bearer " + token)
                        .build();
        HttpResponse.BodyHandler<String> body =
                HttpResponse.BodyHandlers.limiting(
                        HttpResponse.BodyHandlers.ofString(), MAX_VERDICT_BYTES);
        CompletableFuture<HttpResponse<String>> exchange = http.sendAsync(request, body);
        // Over the whole answer: the timeout of a request ends with its headers.
        return exchange.copy()
                .orTimeout(VERDICT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((answer, failure) -> exchange.cancel(true))
                .thenApply(JdkTransport::parse);
    }

    private static ConnectVerdict parse(HttpResponse<String> response) {
        ConnectVerdict.Builder verdict = ConnectVerdict.newBuilder();
        try {
            VERDICT_PARSER.merge(response.body(), verdict);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Not a verdict: HTTP status " + response.statusCode(), e);
        }
        return verdict.build();
    }

    /** The URL as ws or http, with TLS if it says so in either form. */
    private URI withScheme(String scheme) {
        boolean tls = url.getScheme().equals("wss") || url.getScheme().equals("https");
        return URI.create(
                scheme + (tls ? "s" : "") + url.toString().substring(url.getScheme().length()));
    }

    private static final class Shared {
        static final HttpClient HTTP =
                HttpClient.newBuilder()
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .build();
    }
}
