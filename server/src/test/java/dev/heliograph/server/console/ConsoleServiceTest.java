package dev.heliograph.server.console;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import dev.heliograph.proto.notify.v1.NotifyResponse;
import dev.heliograph.proto.notify.v1.Stored;
import dev.heliograph.proto.notify.v1.TargetResult;
import dev.heliograph.server.config.ServerConfig;
import dev.heliograph.server.config.ServerConfig.ConsoleConfig;
import dev.heliograph.server.config.TlsConfig;
import dev.heliograph.server.notify.Notifier;
import io.grpc.protobuf.StatusProto;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.testing.junit5.ServerTest;
import io.helidon.webserver.testing.junit5.SetUpRoute;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@ServerTest
class ConsoleServiceTest {

    private static final String JSON = "Content-Type: application/json\r\n";

    private static final Pattern CONTENT_LENGTH =
            Pattern.compile("content-length: (\\d+)", Pattern.CASE_INSENSITIVE);

    private final URI server;

    ConsoleServiceTest(URI server) {
        this.server = server;
    }

    @SetUpRoute
    static void routing(HttpRouting.Builder routing) throws IOException {
        Path page = Files.createTempDirectory("console");
        Files.writeString(page.resolve("index.html"), "<title>Console</title>");
        Files.createDirectories(page.resolve("assets"));
        Files.writeString(page.resolve("assets/app-1a2b.js"), "export {}");
        Notifier notifier =
                (tenant, request) -> {
                    if (request.getContent().getType().isEmpty()) {
                        throw refusal("content.type", "is missing");
                    }
                    return NotifyResponse.newBuilder()
                            .addResults(
                                    TargetResult.newBuilder()
                                            .setChannel("user/" + request.getTarget().getUser())
                                            .setStored(Stored.newBuilder().setSeq(1)))
                            .build();
                };
        routing.register(
                ConsoleService.create(
                        config(Optional.of(page), Optional.of(page.resolve("key"))),
                        "0.1.0",
                        () -> 9090,
                        notifier,
                        (user, device, topics) ->
                                user + "|" + device.orElse("") + "|" + String.join(",", topics)));
        routing.get("/v1/connect", (_, response) -> response.send("verdict"));
    }

    @Test
    void theIndexIsRevalidatedAndHashedFilesAreKeptForever() throws Exception {
        String index = get("/", "");
        assertThat(index, containsString("<title>Console</title>"));
        assertThat(index, containsString("Content-Type: text/html; charset=utf-8\r\n"));
        assertThat(index, containsString("Cache-Control: no-cache\r\n"));
        assertThat(index, containsString("default-src 'self'; connect-src 'self' ws: wss:;"));
        assertThat(index, containsString("frame-ancestors 'none'"));
        assertThat(index, containsString("X-Content-Type-Options: nosniff\r\n"));
        assertThat(index, containsString("Referrer-Policy: no-referrer\r\n"));
        String etag = index.split("ETag: ", 2)[1].split("\r\n", 2)[0];
        assertThat(status(get("/", "If-None-Match: " + etag + "\r\n")), is(304));

        String script = get("/assets/app-1a2b.js", "");
        assertThat(script, containsString("Content-Type: text/javascript; charset=utf-8\r\n"));
        assertThat(script, containsString("immutable"));
    }

    @Test
    void onlyTheConsolesFilesAreServedAndOtherRoutesStayReachable() throws Exception {
        for (String path :
                new String[] {
                    "/../key", "/%2e%2e/key", "/assets/../../key", "/assets//etc/passwd", "/nothing"
                }) {
            assertThat(path, status(get(path, "")) >= 400, is(true));
        }
        assertThat(get("/v1/connect", ""), containsString("verdict"));
    }

    @Test
    void theDevelopmentApiTellsItsConfigurationMintsTokensAndNotifies() throws Exception {
        assertThat(
                get("/console/api/config", ""),
                containsString(
                        "{\"devMode\":true,\"version\":\"0.1.0\",\"node\":\"test\",\"grpcPort\":9090"));
        assertThat(
                post(
                        "token",
                        JSON,
                        "{\"user\":\"alice\",\"device\":\"phone\",\"topics\":[\"news\",\"a*\"]}"),
                containsString("{\"token\":\"alice|phone|news,a*\"}"));
        assertThat(
                post(
                        "notify",
                        JSON,
                        "{\"target\":{\"user\":\"bob\"},\"content\":{\"type\":\"hi\",\"payload\":\"eA==\"}}"),
                containsString("\"channel\":\"user/bob\""));
    }

    @Test
    void refusalsNameTheField() throws Exception {
        String noUser = post("token", JSON, "{}");
        assertThat(status(noUser), is(400));
        assertThat(noUser, containsString("\"violations\":[{\"field\":\"user\""));
        String noType = post("notify", JSON, "{\"target\":{\"user\":\"bob\"}}");
        assertThat(status(noType), is(400));
        assertThat(
                noType,
                containsString(
                        "\"violations\":[{\"field\":\"content.type\",\"description\":\"is missing\"}]"));
        assertThat(status(post("notify", JSON, "not json")), is(400));
        assertThat(status(post("notify", JSON, "{\"nosuch\":1}")), is(400));
        assertThat(status(post("notify", "", "{}")), is(415));
        assertThat(status(post("notify", "Content-Type: text/plain\r\n", "{}")), is(415));
        assertThat(status(post("notify", JSON, "\"" + "x".repeat(1 << 20) + "\"")), is(413));
    }

    @Test
    void foreignPagesAndReboundNamesAreKeptOut() throws Exception {
        String body = "{\"user\":\"alice\"}";
        String own = "localhost:" + server.getPort();
        assertThat(status(post("token", JSON + "Origin: http://" + own + "\r\n", body)), is(200));
        for (String origin :
                new String[] {
                    "http://evil.example", "null", "http://localhost:1", "https://" + own
                }) {
            assertThat(
                    origin,
                    status(post("token", JSON + "Origin: " + origin + "\r\n", body)),
                    is(403));
        }
        for (String host :
                new String[] {
                    "evil.example", "localhost.evil.example:80", "127.0.0.1.evil.example", "[::2]"
                }) {
            assertThat(
                    host,
                    status(exchange("POST", "/console/api/token", host, JSON, body)),
                    is(403));
        }
        for (String host : new String[] {"127.0.0.1", "[::1]:8080", "LOCALHOST"}) {
            assertThat(
                    host,
                    status(exchange("POST", "/console/api/token", host, JSON, body)),
                    is(200));
        }
    }

    @Test
    void aDirectoryWithoutAnIndexIsRefused() {
        IOException refused =
                assertThrows(
                        IOException.class,
                        () ->
                                ConsoleService.create(
                                        config(
                                                Optional.of(Path.of("/proc/self/fd")),
                                                Optional.empty()),
                                        "0.1.0",
                                        () -> 0,
                                        null,
                                        null));
        assertThat(refused.getMessage(), containsString("has no index.html"));
    }

    private String get(String path, String headers) throws IOException {
        return exchange("GET", path, "localhost:" + server.getPort(), headers, "");
    }

    private String post(String call, String headers, String body) throws IOException {
        return exchange(
                "POST", "/console/api/" + call, "localhost:" + server.getPort(), headers, body);
    }

    /** By hand, since HTTP clients set Host and Origin as they see fit and tidy paths. */
    private String exchange(String method, String path, String host, String headers, String body)
            throws IOException {
        try (Socket socket = new Socket("localhost", server.getPort())) {
            String request =
                    "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n%s"
                            .formatted(method, path, host, headers, body.length(), body);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(5_000);
            return answer(socket.getInputStream());
        }
    }

    private static String answer(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("The connection ended within the head: " + head);
            }
            head.append((char) next);
        }
        Matcher length = CONTENT_LENGTH.matcher(head);
        byte[] body = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
        return head + new String(body, StandardCharsets.UTF_8);
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.split(" ", 3)[1]);
    }

    private static RuntimeException refusal(String field, String description) {
        return StatusProto.toStatusRuntimeException(
                com.google.rpc.Status.newBuilder()
                        .setCode(Code.INVALID_ARGUMENT_VALUE)
                        .setMessage(field + " " + description)
                        .addDetails(
                                Any.pack(
                                        BadRequest.newBuilder()
                                                .addFieldViolations(
                                                        BadRequest.FieldViolation.newBuilder()
                                                                .setField(field)
                                                                .setDescription(description))
                                                .build()))
                        .build());
    }

    private static ServerConfig config(Optional<Path> page, Optional<Path> devKey) {
        return new ServerConfig(
                Set.of(ServerConfig.Role.NOTIFY),
                "test",
                "127.0.0.1",
                0,
                0,
                0,
                TlsConfig.NONE,
                null,
                null,
                null,
                null,
                null,
                new ConsoleConfig(page, devKey));
    }
}
