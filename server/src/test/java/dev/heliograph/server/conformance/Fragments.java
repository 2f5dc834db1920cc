package dev.heliograph.server.conformance;

import static dev.heliograph.server.websocket.WireFrames.CONTINUATION;
import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.masked;

import java.util.Arrays;

/** A message that asks for a name, in several frames. */
final class Fragments {

    private Fragments() {}

    /** In so many frames of nearly the same length. */
    static byte[][] equal(RawDevice device, String name, int count) {
        return of(device, name, Math.ceilDiv(device.asking(name).length, count));
    }

    /** In frames with at most so many octets of payload. */
    static byte[][] of(RawDevice device, String name, int octets) {
        byte[] payload = device.asking(name);
        byte[][] frames = new byte[Math.ceilDiv(payload.length, octets)][];
        for (int i = 0; i < frames.length; i++) {
            frames[i] =
                    masked(
                            (i == frames.length - 1 ? FIN : 0)
                                    | (i == 0 ? device.opcode() : CONTINUATION),
                            Arrays.copyOfRange(
                                    payload,
                                    i * octets,
                                    Math.min(payload.length, (i + 1) * octets)));
        }
        return frames;
    }
}
