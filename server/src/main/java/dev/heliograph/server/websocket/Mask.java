package dev.heliograph.server.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The XOR mask of client frames (RFC 6455 section 5.3), eight bytes at a time. */
final class Mask {

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Mask() {}

    /**
     * Masks or unmasks in place.
     *
     * @param key the four key bytes, the first one highest
     * @param phase how many bytes of this frame's payload came before
     */
    static void apply(byte[] bytes, int from, int to, int key, int phase) {
        int rotated = Integer.rotateLeft(key, 8 * (phase & 3));
        long wide = ((long) rotated << 32) | (rotated & 0xFFFF_FFFFL);
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            LONGS.set(bytes, i, (long) LONGS.get(bytes, i) ^ wide);
        }
        for (int k = 0; i < to; i++, k++) {
            bytes[i] ^= (byte) (rotated >>> (24 - 8 * (k & 3)));
        }
    }
}
