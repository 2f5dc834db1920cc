package dev.heliograph.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Map;

/**
 * Rewrites the HTTP/2 bytes of a client so that the names of pseudo headers are always indexes of
 * HPACK's static table. RFC 7541 leaves clients the choice, and those on gRPC's C core (Python,
 * Ruby, PHP, C++) spell {@code :path} out, for which Helidon ends the connection. Header blocks of
 * one frame whose names are not Huffman-coded, as such clients send them, are rewritten; everything
 * else, broken or not, passes as it is. One per connection, on its reader thread.
 */
final class PseudoHeaderNames {

    private static final int PREFACE_BYTES = 24;
    private static final int FRAME_HEADER_BYTES = 9;
    private static final int TYPE_AT = 3;
    private static final int FLAGS_AT = 4;
    private static final int HEADERS = 1;
    private static final int END_HEADERS = 0x4;
    private static final int PADDED = 0x8;
    private static final int PRIORITY = 0x20;
    private static final int PRIORITY_BYTES = 5;

    /** The frame size that Helidon allows: larger ones are its to refuse. */
    private static final int MAX_HELD_BYTES = 16_384;

    /** Static index of each name that a request can hold (RFC 7541 appendix A). */
    private static final Map<String, Integer> INDEXES =
            Map.of(":authority", 1, ":method", 2, ":path", 4, ":scheme", 6);

    private static final int LONGEST_NAME = ":authority".length();

    private final byte[] frameHeader = new byte[FRAME_HEADER_BYTES];
    private int headerBytes;

    /** Bytes that pass untouched before the next frame header. */
    private int passing = PREFACE_BYTES;

    /** The HEADERS frame that is being collected, or null. */
    private byte[] held;

    private int heldBytes;

    /** The next bytes of the connection as Helidon should see them; maybe none yet. */
    byte[] rewrite(byte[] bytes) {
        ByteArrayOutputStream out =
                new ByteArrayOutputStream(bytes.length + FRAME_HEADER_BYTES + heldBytes);
        int at = 0;
        while (at < bytes.length) {
            if (passing > 0) {
                int taken = Math.min(passing, bytes.length - at);
                out.write(bytes, at, taken);
                passing -= taken;
                at += taken;
            } else if (held != null) {
                int taken = Math.min(held.length - heldBytes, bytes.length - at);
                System.arraycopy(bytes, at, held, heldBytes, taken);
                heldBytes += taken;
                at += taken;
                release(out);
            } else {
                frameHeader[headerBytes++] = bytes[at++];
                if (headerBytes == FRAME_HEADER_BYTES) {
                    headerBytes = 0;
                    beginFrame(out);
                }
            }
        }
        return out.toByteArray();
    }

    private void beginFrame(ByteArrayOutputStream out) {
        int length =
                (frameHeader[0] & 0xFF) << 16
                        | (frameHeader[1] & 0xFF) << 8
                        | (frameHeader[2] & 0xFF);
        boolean wholeBlock =
                frameHeader[TYPE_AT] == HEADERS && (frameHeader[FLAGS_AT] & END_HEADERS) != 0;
        if (wholeBlock && length <= MAX_HELD_BYTES) {
            held = new byte[length];
            release(out);
        } else {
            out.writeBytes(frameHeader);
            passing = length;
        }
    }

    /** Writes the held frame once it is whole. */
    private void release(ByteArrayOutputStream out) {
        if (heldBytes < held.length) {
            return;
        }
        byte[] payload = rewriteFrame();
        frameHeader[0] = (byte) (payload.length >>> 16);
        frameHeader[1] = (byte) (payload.length >>> 8);
        frameHeader[2] = (byte) payload.length;
        out.writeBytes(frameHeader);
        out.writeBytes(payload);
        held = null;
        heldBytes = 0;
    }

    private byte[] rewriteFrame() {
        int flags = frameHeader[FLAGS_AT];
        int from = 0;
        int padding = 0;
        if ((flags & PADDED) != 0 && held.length > 0) {
            padding = held[0] & 0xFF;
            from = 1;
        }
        if ((flags & PRIORITY) != 0) {
            from += PRIORITY_BYTES;
        }
        int to = held.length - padding;
        if (from > to) {
            return held;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(held.length);
        out.write(held, 0, from);
        try {
            rewriteBlock(new Block(held, from, to), out);
        } catch (IndexOutOfBoundsException broken) {
            return held;
        }
        out.write(held, to, padding);
        return out.toByteArray();
    }

    /** Goes from representation to representation (RFC 7541 section 6). */
    private static void rewriteBlock(Block block, ByteArrayOutputStream out) {
        while (block.at < block.to) {
            int start = block.at;
            int first = block.peek();
            if ((first & 0x80) != 0) {
                block.integer(7);
            } else if ((first & 0xE0) == 0x20) {
                block.integer(5);
            } else {
                int name = block.integer((first & 0x40) != 0 ? 6 : 4);
                if (name == 0) {
                    Integer index = INDEXES.get(block.text());
                    if (index != null) {
                        out.write(first | index);
                        start = block.at;
                    }
                }
                block.text();
            }
            out.write(block.bytes, start, block.at - start);
        }
    }

    /** A header block being read. Whatever does not fit ends in an IndexOutOfBoundsException. */
    private static final class Block {

        private final byte[] bytes;
        private final int to;
        private int at;

        Block(byte[] bytes, int from, int to) {
            this.bytes = bytes;
            this.at = from;
            this.to = to;
        }

        int peek() {
            if (at >= to) {
                throw new IndexOutOfBoundsException(at);
            }
            return bytes[at] & 0xFF;
        }

        /** An integer with a prefix of so many bits (RFC 7541 section 5.1). */
        int integer(int prefixBits) {
            int most = (1 << prefixBits) - 1;
            long value = peek() & most;
            at++;
            if (value < most) {
                return (int) value;
            }
            for (int shift = 0; ; shift += 7) {
                int next = peek();
                at++;
                value += (long) (next & 0x7F) << shift;
                if (value > MAX_HELD_BYTES || shift > 28) {
                    throw new IndexOutOfBoundsException(at);
                }
                if ((next & 0x80) == 0) {
                    return (int) value;
                }
            }
        }

        /** Skips a string; returns it if it can be a pseudo header's name in plain ASCII. */
        String text() {
            boolean huffman = (peek() & 0x80) != 0;
            int length = integer(7);
            if (length > to - at) {
                throw new IndexOutOfBoundsException(at);
            }
            byte[] text =
                    huffman || length > LONGEST_NAME
                            ? new byte[0]
                            : Arrays.copyOfRange(bytes, at, at + length);
            at += length;
            return new String(text, US_ASCII);
        }
    }
}
