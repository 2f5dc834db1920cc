package dev.heliograph.server.conformance;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import dev.heliograph.server.WholeServer;
import dev.heliograph.server.websocket.WireFrames;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Java's own WebSocket client with a whole server. */
class JavaClientTest {

    private static final int SECONDS = 20;

    private static WholeServer whole;
    private static HttpClient http;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        whole = new WholeServer(directory, "gateway.heartbeat-interval", "1h");
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.shutdownNow();
        whole.close();
    }

    @Test
    void exchangesMessagesInFragmentsAndPingsAndIsClosedAsItAsked() throws Exception {
        Recorder recorder = new Recorder();
        WebSocket socket = connect(recorder);
        assertThat(socket.getSubprotocol(), is("heliograph.v1.json"));
        send(socket.sendText("{\"hello\":{\"devi", false));
        send(socket.sendPing(ByteBuffer.wrap(WireFrames.utf8("between"))));
        assertThat(recorder.next(), is("pong between"));
        send(socket.sendText("ceId\":\"java\"}}", true));
        assertThat(recorder.next(), startsWith("text {\"welcome\""));
        send(socket.sendText("{\"subscribe\":{\"channel\":\"user/java\",\"subId\":1}}", true));
        assertThat(recorder.next(), startsWith("text {\"subscribed\""));
        String id = whole.producer().notify(whole.token("backend"), "java");
        assertThat(recorder.next(), containsString("\"id\":\"" + id + "\""));

        send(socket.sendClose(WebSocket.NORMAL_CLOSURE, "done"));
        assertThat(recorder.next(), is("close 1000 "));
        assertThat(socket.isInputClosed() && socket.isOutputClosed(), is(true));
    }

    @Test
    void isToldWhyTheGatewayClosesAndAnswersTheClose() throws Exception {
        Recorder recorder = new Recorder();
        WebSocket socket = connect(recorder);
        send(socket.sendText("no frame", true));
        assertThat(recorder.next(), containsString("ERROR_CODE_PROTOCOL_VIOLATION"));
        assertThat(recorder.next(), is("close 4500 protocol_violation"));
    }

    private static WebSocket connect(Recorder recorder) throws Exception {
        return http.newWebSocketBuilder()
                .subprotocols("heliograph.v1.json")
                .header("Authorization", "Bearer " + whole.token("java"))
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + whole.server().httpPort() + "/v1/connect"),
                        recorder)
                .get(SECONDS, TimeUnit.SECONDS);
    }

    private static void send(CompletableFuture<WebSocket> sending) throws Exception {
        sending.get(SECONDS, TimeUnit.SECONDS);
    }

    /** Keeps what the client hears. */
    private static final class Recorder implements WebSocket.Listener {

        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();

        String next() throws InterruptedException {
            return String.valueOf(heard.poll(SECONDS, TimeUnit.SECONDS));
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                heard.add("text " + text);
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket from, ByteBuffer payload) {
            heard.add("pong " + StandardCharsets.UTF_8.decode(payload));
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            heard.add("close " + code + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            heard.add("error " + error);
        }
    }
}
