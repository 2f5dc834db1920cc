package dev.heliograph.server.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The body of an HTTP answer, chunked or of known length, with its head put aside. */
final class Chunks extends InputStream {

    private final InputStream in;
    private final List<String> head;
    private boolean begun;
    private boolean chunked;
    private long left;
    private boolean ended;

    Chunks(InputStream in, List<String> head) {
        this.in = in;
        this.head = head;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (!begun) {
            begin();
        }
        if (left == 0 && chunked && !ended) {
            left = Long.parseLong(line(), 16);
            ended = left == 0;
        }
        if (left == 0) {
            return -1;
        }
        int read = in.read(into, offset, (int) Math.min(length, left));
        if (read < 0) {
            throw new EOFException("The answer breaks off");
        }
        left -= read;
        if (left == 0 && chunked) {
            line();
        }
        return read;
    }

    private void begin() throws IOException {
        begun = true;
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
            String lower = line.toLowerCase(Locale.ROOT);
            chunked |= lower.equals("transfer-encoding: chunked");
            if (lower.startsWith("content-length:")) {
                left = Long.parseLong(lower.substring(15).strip());
            }
        }
        head.addAll(lines);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("The answer breaks off");
            }
            line.write(b);
        }
        return line.toString(ISO_8859_1).strip();
    }
}
