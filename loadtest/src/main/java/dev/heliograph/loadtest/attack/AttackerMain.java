package dev.heliograph.loadtest.attack;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.heliograph.server.auth.TokenIssuer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * A process of attackers: so many of each {@link Kind}, each on a virtual thread, again and again
 * until the process ends. Every second it prints what they have done.
 */
public final class AttackerMain {

    /** What an attacker does. */
    enum Kind {
        /** Pings as fast as they go out, until the gateway ends the connection. */
        PING_FLOOD,
        /** Connections with a token that nobody signed. */
        CONNECT_FLOOD,
        /** Asks for refusals and reads none. */
        SLOW_READER,
        /** Sends an octet of a handshake now and then. */
        SLOWLORIS
    }

    private static final Duration REPORT = Duration.ofSeconds(1);
    private static final Duration DRIP = Duration.ofMillis(200);
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);

    /** After an end that was no attacker's wish, such as a full gateway. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final int TIMEOUT_MS = 20_000;

    /** So that a gateway's answers soon find no room. */
    private static final int SMALL_BUFFER = 2_048;

    private static final int PINGS_AT_ONCE = 500;

    private final InetSocketAddress gateway;
    private final TokenIssuer tokens;
    private final Map<Kind, LongAdder> rounds = new EnumMap<>(Kind.class);

    private AttackerMain(InetSocketAddress gateway, TokenIssuer tokens) {
        this.gateway = gateway;
        this.tokens = tokens;
        for (Kind kind : Kind.values()) {
            rounds.put(kind, new LongAdder());
        }
    }

    /** Takes the gateway's host and port, the file with the key of tokens, and how many of each. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        AttackerMain attackers =
                new AttackerMain(
                        new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])),
                        TokenIssuer.create(Path.of(arguments[2]), "heliograph", "heliograph"));
        int each = Integer.parseInt(arguments[3]);
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < each; i++) {
                String user = "attacker-" + kind.name().toLowerCase(Locale.ROOT) + "-" + i;
                Thread.ofVirtual().start(() -> attackers.attack(kind, user));
            }
        }
        while (true) {
            Thread.sleep(REPORT);
            System.out.println(attackers.rounds);
        }
    }

    private void attack(Kind kind, String user) {
        try {
            while (true) {
                try (Socket socket = connect(kind == Kind.SLOW_READER)) {
                    rounds.get(kind).increment();
                    switch (kind) {
                        case PING_FLOOD -> pingFlood(socket, user);
                        case CONNECT_FLOOD -> connectFlood(socket);
                        case SLOW_READER -> slowReader(socket, user);
                        case SLOWLORIS -> slowloris(socket);
                    }
                } catch (IOException e) {
                    Thread.sleep(PAUSE); // That is what it was for.
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Socket connect(boolean small) throws IOException {
        Socket socket = new Socket();
        if (small) {
            socket.setReceiveBufferSize(SMALL_BUFFER);
        }
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(gateway, TIMEOUT_MS);
        return socket;
    }

    private void pingFlood(Socket socket, String user) throws IOException {
        welcome(socket, user);
        byte[] pings = new byte[6 * PINGS_AT_ONCE];
        for (int at = 0; at < pings.length; at += 6) {
            pings[at] = (byte) 0x89; // Ping, without payload.
            pings[at + 1] = (byte) 0x80; // Masked, with a key of zeros.
        }
        while (true) {
            socket.getOutputStream().write(pings);
        }
    }

    private void connectFlood(Socket socket) throws IOException {
        upgrade(socket, "e30.e30.e30");
        socket.getInputStream().readAllBytes();
    }

    private void slowReader(Socket socket, String user) throws IOException {
        welcome(socket, user);
        byte[] refused = text("{\"unsubscribe\":{\"channel\":\"" + "x".repeat(8_000) + "\"}}");
        while (true) {
            socket.getOutputStream().write(refused);
        }
    }

    private void slowloris(Socket socket) throws IOException, InterruptedException {
        socket.getOutputStream()
                .write("GET /v1/connect HTTP/1.1\r\nHost: localhost\r\nX: ".getBytes(US_ASCII));
        while (true) {
            socket.getOutputStream().write('x');
            Thread.sleep(DRIP);
        }
    }

    private void welcome(Socket socket, String user) throws IOException {
        upgrade(socket, tokens.device(user, List.of(), Optional.empty(), TOKEN_LIFE));
        InputStream in = socket.getInputStream();
        // The head of a 101 ends with an empty line, and nothing follows it before Hello.
        byte[] head = in.readNBytes(12);
        if (!new String(head, US_ASCII).endsWith(" 101")) {
            throw new IOException("Not upgraded: " + Arrays.toString(head));
        }
        socket.getOutputStream().write(text("{\"hello\":{\"deviceId\":\"d\"}}"));
    }

    private static void upgrade(Socket socket, String token) throws IOException {
        socket.getOutputStream()
                .write(
                        ("GET /v1/connect HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                                        + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                        + "Sec-WebSocket-Protocol: heliograph.v1.json\r\n"
                                        + "Authorization: Bearer "
                                        + token
                                        + "\r\n\r\n")
                                .getBytes(US_ASCII));
    }

    /** A masked text message, with a key of zeros. */
    private static byte[] text(String text) {
        byte[] payload = text.getBytes(US_ASCII);
        byte[] length =
                payload.length < 126
                        ? new byte[] {(byte) (0x80 | payload.length)}
                        : new byte[] {
                            (byte) 0xFE, (byte) (payload.length >> 8), (byte) payload.length
                        };
        byte[] frame = new byte[1 + length.length + 4 + payload.length];
        frame[0] = (byte) 0x81;
        System.arraycopy(length, 0, frame, 1, length.length);
        System.arraycopy(payload, 0, frame, frame.length - payload.length, payload.length);
        return frame;
    }
}
