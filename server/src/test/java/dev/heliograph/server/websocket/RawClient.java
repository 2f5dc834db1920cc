package dev.heliograph.server.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;

/** A WebSocket client that is a bare socket, so that it can do everything wrong. */
public final class RawClient implements AutoCloseable {

    /** Long enough for a machine that does something else meanwhile. */
    private static final int TIMEOUT_MS = 20_000;

    final Socket socket;
    private final DataInputStream in;

    /** A connection on which nothing has been said. */
    public RawClient(int port) throws IOException {
        this(port, 0);
    }

    /** With a receive buffer of so many bytes; 0 leaves it to the kernel. */
    public RawClient(int port, int receiveBuffer) throws IOException {
        this(connect(new Socket(), port, receiveBuffer));
    }

    /** With TLS of this context, which begins with the first byte said. */
    public RawClient(int port, int receiveBuffer, SSLContext tls) throws IOException {
        this(connect(new Socket(), port, receiveBuffer), tls);
    }

    /** With TLS of this context over a socket that {@link #connect} has connected. */
    public RawClient(Socket connected, SSLContext tls) throws IOException {
        this(tls.getSocketFactory().createSocket(connected, "localhost", 0, true));
    }

    private RawClient(Socket connected) throws IOException {
        socket = connected;
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /** Connects a socket to a port of this machine. */
    public static Socket connect(Socket socket, int port, int receiveBuffer) throws IOException {
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
        return socket;
    }

    /** An upgraded connection of alice. */
    static RawClient open(int port, String subprotocol) throws IOException {
        RawClient client = new RawClient(port);
        Answer answer =
                client.upgrade(
                        "Authorization: Bearer good-alice",
                        "Sec-WebSocket-Protocol: " + subprotocol);
        if (answer.status() != 101) {
            throw new IOException("Not upgraded: " + answer);
        }
        return client;
    }

    static RawClient openJson(int port) throws IOException {
        return open(port, "heliograph.v1.json");
    }

    /** Sends a right handshake plus these header lines. */
    public Answer upgrade(String... headers) throws IOException {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "Connection: keep-alive, Upgrade",
                                "Upgrade: websocket",
                                "Sec-WebSocket-Version: 13",
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
        all.addAll(List.of(headers));
        return request("GET /v1/connect", all);
    }

    /** Sends a request of this method and path with these header lines. */
    public Answer request(String line, List<String> headers) throws IOException {
        StringBuilder request = new StringBuilder(line).append(" HTTP/1.1\r\nHost: localhost\r\n");
        headers.forEach(header -> request.append(header).append("\r\n"));
        send(request.append("\r\n").toString().getBytes(ISO_8859_1));
        return answer();
    }

    /** The head and the body of the next answer. */
    public Answer answer() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
        }
        Answer head = new Answer(Integer.parseInt(lines.getFirst().substring(9, 12)), lines, "");
        String length = head.header("content-length");
        byte[] body = in.readNBytes(length == null ? 0 : Integer.parseInt(length));
        return new Answer(head.status(), lines, new String(body, UTF_8));
    }

    /** Sends all parts in one write. */
    public void send(byte[]... parts) throws IOException {
        socket.getOutputStream().write(WireFrames.concat(parts));
    }

    /** The next frame, which has to be whole and without extensions. */
    public Received receive() throws IOException {
        int first = in.readUnsignedByte();
        if ((first & 0xF0) != WireFrames.FIN) {
            throw new IOException("The server sent a fragment or a reserved bit: " + first);
        }
        return new Received(first & 0x0F, payload());
    }

    /** The next frame: opcode, then the payload as text; for a Close code and reason. */
    public String frame() throws IOException {
        Received received = receive();
        int opcode = received.opcode();
        byte[] payload = received.payload();
        if (opcode == WireFrames.CLOSE) {
            return payload.length == 0
                    ? "close"
                    : "close "
                            + (((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF))
                            + " "
                            + new String(payload, 2, payload.length - 2, UTF_8);
        }
        String kind =
                switch (opcode) {
                    case WireFrames.TEXT -> "text ";
                    case WireFrames.BINARY -> "binary ";
                    case WireFrames.PONG -> "pong ";
                    default -> "opcode " + opcode + " ";
                };
        return kind + new String(payload, UTF_8);
    }

    /** Whether the server has ended the stream; what comes before that is an error. */
    public boolean atEnd() throws IOException {
        try {
            return in.read() == -1;
        } catch (SocketException e) {
            return true; // reset
        }
    }

    /** Says nothing more and goes on listening: the server gets FIN. */
    public void finish() throws IOException {
        socket.shutdownOutput();
    }

    /** Ends without ceremony: the server gets RST. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private byte[] payload() throws IOException {
        int length = in.readUnsignedByte();
        if ((length & 0x80) != 0) {
            throw new IOException("The server masked a frame");
        }
        return in.readNBytes(
                length == 127
                        ? (int) in.readLong()
                        : length == 126 ? in.readUnsignedShort() : length);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.readUnsignedByte(); b != '\n'; b = in.readUnsignedByte()) {
            line.write(b);
        }
        return line.toString(ISO_8859_1).strip();
    }

    /** A frame from the server. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    public record Received(int opcode, byte[] payload) {}

    /** An HTTP answer. */
    public record Answer(int status, List<String> lines, String body) {
        /** The first value of a header, null when it is not there. */
        public String header(String lowerCaseName) {
            return lines.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(lowerCaseName + ":"))
                    .map(line -> line.substring(lowerCaseName.length() + 1).strip())
                    .findFirst()
                    .orElse(null);
        }
    }
}
