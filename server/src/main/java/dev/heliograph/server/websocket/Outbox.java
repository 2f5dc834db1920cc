package dev.heliograph.server.websocket;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * What a connection has yet to write: whole frames in order, and at most one Pong, which goes
 * first. Owned by its connection and guarded by the connection's lock; its user bounds it. Holds no
 * queue while it has no more than one frame.
 */
final class Outbox {

    private byte[] pong;
    private byte[] first;
    private ArrayDeque<byte[]> rest;
    private long bytes;

    /** Appends a frame. The array is shared with other connections and never written to. */
    void add(byte[] frame) {
        bytes += frame.length;
        if (first == null) {
            first = frame;
            return;
        }
        if (rest == null) {
            rest = new ArrayDeque<>();
        }
        rest.add(frame);
    }

    /**
     * Sets the Pong. RFC 6455 lets an endpoint answer only the newest of several Pings, so a flood
     * of them costs one frame.
     */
    void pong(byte[] frame) {
        bytes += frame.length - (pong == null ? 0 : pong.length);
        pong = frame;
    }

    /** Bytes waiting. */
    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return bytes == 0;
    }

    /**
     * Takes the next frames, as many as fit into {@code maxBytes} but at least one. A single frame
     * comes as it is: read only.
     */
    byte[] gather(int maxBytes) {
        byte[] head = next();
        if (bytes == 0 || head.length + peekLength() > maxBytes) {
            return head;
        }
        byte[] all = new byte[(int) Math.min(maxBytes, head.length + bytes)];
        int length = 0;
        do {
            System.arraycopy(head, 0, all, length, head.length);
            length += head.length;
            head = bytes > 0 && length + peekLength() <= maxBytes ? next() : null;
        } while (head != null);
        return length == all.length ? all : Arrays.copyOf(all, length);
    }

    /** Drops everything. */
    void clear() {
        pong = null;
        first = null;
        rest = null;
        bytes = 0;
    }

    private int peekLength() {
        return first.length;
    }

    private byte[] next() {
        byte[] frame;
        if (pong != null) {
            frame = pong;
            pong = null;
        } else {
            frame = first;
            first = rest == null ? null : rest.poll();
            if (rest != null && rest.isEmpty()) {
                rest = null;
            }
        }
        bytes -= frame.length;
        return frame;
    }
}
