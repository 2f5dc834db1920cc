package dev.heliograph.server.testkit;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.Closed;
import dev.heliograph.proto.device.v1.PollAnswer;
import dev.heliograph.proto.device.v1.ServerFrame;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;

/**
 * A device's event stream on a socket of its own, read as a browser's EventSource reads it. It does
 * not come back by itself.
 */
public final class TestStream implements AutoCloseable {

    private final Socket socket;
    private final BufferedReader in;
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final List<String> head = new CopyOnWriteArrayList<>();
    private volatile String lastEventId = "";
    private volatile boolean ended;

    /** One event. */
    public record Event(String name, String id, String data) {

        /** The frame in it. */
        public ServerFrame frame() {
            ServerFrame.Builder frame = ServerFrame.newBuilder();
            try {
                JsonFormat.parser().merge(data, frame);
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("Not a ServerFrame: " + data, e);
            }
            return frame.build();
        }
    }

    /**
     * Asks for a stream, and reads unless told to.
     *
     * @param receiveBuffer in bytes; 0 leaves it to the kernel
     * @param headers whole lines
     */
    public TestStream(int port, String query, int receiveBuffer, String... headers)
            throws IOException {
        this(port, Optional.empty(), query, receiveBuffer, headers);
    }

    /** The same with TLS, if this is present. */
    public TestStream(
            int port, Optional<SSLContext> tls, String query, int receiveBuffer, String... headers)
            throws IOException {
        Socket plain = new Socket();
        if (receiveBuffer > 0) {
            plain.setReceiveBufferSize(receiveBuffer);
        }
        plain.connect(new java.net.InetSocketAddress("127.0.0.1", port));
        socket =
                tls.isPresent()
                        ? tls.get().getSocketFactory().createSocket(plain, "localhost", port, true)
                        : plain;
        StringBuilder request = new StringBuilder("GET /v1/sse" + query + " HTTP/1.1\r\n");
        request.append("Host: localhost\r\nAccept: text/event-stream\r\n");
        List.of(headers).forEach(line -> request.append(line).append("\r\n"));
        socket.getOutputStream().write(request.append("\r\n").toString().getBytes(UTF_8));
        InputStream raw = socket.getInputStream();
        in = new BufferedReader(new InputStreamReader(new Chunks(raw, head), UTF_8));
    }

    /** A stream that is being read. */
    public static TestStream open(int port, String token, String query, String... headers)
            throws IOException {
        return open(port, Optional.empty(), token, query, headers);
    }

    /** The same with TLS, if this is present. */
    public static TestStream open(
            int port, Optional<SSLContext> tls, String token, String query, String... headers)
            throws IOException {
        String[] all = new String[headers.length + 1];
        System.arraycopy(headers, 0, all, 1, headers.length);
        all[0] = "Authorization: Bearer " + token;
        TestStream stream = new TestStream(port, tls, query, 0, all);
        stream.read();
        return stream;
    }

    /** Begins to read. */
    public void read() {
        Thread.ofVirtual().start(this::readAll);
    }

    private void readAll() {
        String name = "message";
        String id = null;
        StringBuilder data = new StringBuilder();
        try {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("data: ")) {
                    data.append(line.substring(6));
                } else if (line.isEmpty() && !data.isEmpty()) {
                    lastEventId = id == null ? lastEventId : id;
                    events.add(new Event(name, id, data.toString()));
                    name = "message";
                    id = null;
                    data.setLength(0);
                }
            }
        } catch (IOException e) {
            // Reset: an end like any other.
        }
        ended = true;
    }

    /** The answer's lines before the body. */
    public List<String> head() {
        eventually("an answer", () -> !head.isEmpty() || ended);
        return head;
    }

    /** The answer's status, and its body if that is no stream. */
    public int status() {
        return Integer.parseInt(head().getFirst().substring(9, 12));
    }

    /** Everything that came, in order. */
    public List<Event> events() {
        return events;
    }

    /** The first event that fits, once it is there. */
    public Event await(String what, Predicate<Event> fits) {
        eventually(
                () -> what + ", there is " + events + " after " + head,
                () -> events.stream().anyMatch(fits));
        return events.stream().filter(fits).findFirst().orElseThrow();
    }

    /** The first event of a kind, once it is there. */
    public Event await(String name) {
        return await(name, event -> event.name().equals(name));
    }

    /** Waits until so many notifications have come. */
    public TestStream awaitIds(int count) {
        eventually(() -> count + " notifications, there are " + ids(), () -> ids().size() >= count);
        return this;
    }

    /** Notification ids in the order in which they came, repeats included. */
    public List<String> ids() {
        return events.stream()
                .filter(event -> event.name().equals("deliver"))
                .map(event -> event.frame().getDeliver().getNotification().getId())
                .toList();
    }

    /** The id of the newest event that has one. */
    public String lastEventId() {
        return lastEventId;
    }

    /** Whether the connection has ended. */
    public boolean ended() {
        return ended;
    }

    /** How the server says that it ended the session, if it does. */
    public Optional<Closed> closed() {
        return events.stream()
                .filter(event -> event.name().equals("closed"))
                .map(
                        event -> {
                            PollAnswer.Builder answer = PollAnswer.newBuilder();
                            try {
                                JsonFormat.parser().merge(event.data(), answer);
                            } catch (InvalidProtocolBufferException e) {
                                throw new IllegalStateException(e);
                            }
                            return answer.getClosed();
                        })
                .findFirst();
    }

    /** Waits for that and for the end. */
    public int awaitClosed() {
        eventually("the stream ends", () -> ended);
        return closed().map(Closed::getCode).orElse(0);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
