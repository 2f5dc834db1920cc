package dev.heliograph.loadtest.peer.floor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A connection: a device, which asks for {@code /<user>/<topic>,<topic>…}, or the publisher, which
 * asks for {@code /}.
 */
final class FloorConnection implements Runnable {

    private static final String WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /** More is no handshake. */
    private static final int MAX_HEAD_BYTES = 4_096;

    /** Devices send nothing but a Close. */
    private static final int READ_BYTES = 16;

    private static final int PUBLISHER_READ_BYTES = 64 * 1024;

    private static final int OPCODE = 0x0F;
    private static final int CLOSE = 0x08;

    private static final Pattern KEY =
            Pattern.compile("(?im)^sec-websocket-key: *([A-Za-z0-9+/=]+)");

    private final Socket socket;
    private final Recipients recipients;

    FloorConnection(Socket socket, Recipients recipients) {
        this.socket = socket;
        this.recipients = recipients;
    }

    @Override
    public void run() {
        try (socket) {
            socket.setTcpNoDelay(true);
            String[] path = handshake();
            if (path.length > 1) {
                device(path[1], path.length > 2 ? List.of(path[2].split(",")) : List.of());
            } else {
                publisher();
            }
        } catch (EOFException | SocketException e) {
            // The peer left.
        } catch (IOException | NoSuchAlgorithmException | IllegalArgumentException e) {
            System.out.println("A connection failed: " + e);
        }
    }

    /** Answers it, and returns the parts of the path after an empty one. */
    private String[] handshake() throws IOException, NoSuchAlgorithmException {
        String head = head();
        Matcher key = KEY.matcher(head);
        String[] request = head.split(" ", 3);
        if (request.length < 3
                || !key.find()
                || !head.toLowerCase(Locale.ROOT).contains("upgrade: websocket")) {
            throw new IllegalArgumentException("No WebSocket handshake");
        }
        byte[] hash =
                MessageDigest.getInstance("SHA-1")
                        .digest((key.group(1) + WEBSOCKET_GUID).getBytes(ISO_8859_1));
        String answer =
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: "
                        + Base64.getEncoder().encodeToString(hash)
                        + "\r\n\r\n";
        socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
        return URI.create(request[1]).getPath().split("/");
    }

    private String head() throws IOException {
        byte[] bytes = new byte[MAX_HEAD_BYTES];
        int length = 0;
        InputStream in = socket.getInputStream();
        // The peer waits for the answer, so nothing comes after the head.
        while (length < 4 || !new String(bytes, length - 4, 4, ISO_8859_1).equals("\r\n\r\n")) {
            int read = in.read(bytes, length, bytes.length - length);
            if (read <= 0) {
                throw new EOFException("No whole handshake");
            }
            length += read;
        }
        return new String(bytes, 0, length, ISO_8859_1);
    }

    private void device(String user, List<String> topics) throws IOException {
        try {
            recipients.add(user, topics, socket);
            InputStream in = socket.getInputStream();
            byte[] bytes = new byte[READ_BYTES];
            int read = in.read(bytes);
            while (read > 0 && (bytes[0] & OPCODE) != CLOSE) {
                read = in.read(bytes);
            }
        } finally {
            recipients.remove(user, topics, socket);
        }
    }

    /** Takes publications and answers with their number so far when none waits. */
    private void publisher() throws IOException {
        var in =
                new DataInputStream(
                        new BufferedInputStream(socket.getInputStream(), PUBLISHER_READ_BYTES));
        var out = new DataOutputStream(socket.getOutputStream());
        long taken = 0;
        while (true) {
            recipients.send(Publication.read(in));
            taken++;
            if (in.available() == 0) {
                out.writeLong(taken);
            }
        }
    }
}
