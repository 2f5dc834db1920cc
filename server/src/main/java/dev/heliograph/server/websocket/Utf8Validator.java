package dev.heliograph.server.websocket;

/**
 * Checks UTF-8 as it arrives, in pieces cut anywhere; says no at the first byte that cannot be part
 * of it. The ranges are those of table 3-7 of the Unicode standard: no overlong forms, no
 * surrogates, nothing above U+10FFFF.
 */
final class Utf8Validator {

    private static final int CONTINUATION_MIN = 0x80;
    private static final int CONTINUATION_MAX = 0xBF;

    /** Continuation bytes that the current character still needs, and the range of the next one. */
    private int needed;

    private int min;
    private int max;

    /**
     * Takes the next piece; false when it is not UTF-8. After a false only {@link #reset} helps.
     */
    boolean accept(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            int b = bytes[i];
            if (needed == 0) {
                if (b < 0 && !lead(b & 0xFF)) {
                    return false;
                }
            } else {
                b &= 0xFF;
                if (b < min || b > max) {
                    return false;
                }
                needed--;
                min = CONTINUATION_MIN;
                max = CONTINUATION_MAX;
            }
        }
        return true;
    }

    /** Whether what came so far ends with a whole character. */
    boolean complete() {
        return needed == 0;
    }

    /** Begins anew. */
    void reset() {
        needed = 0;
    }

    private boolean lead(int b) {
        min = b == 0xE0 ? 0xA0 : b == 0xF0 ? 0x90 : CONTINUATION_MIN;
        max = b == 0xED ? 0x9F : b == 0xF4 ? 0x8F : CONTINUATION_MAX;
        if (b >= 0xC2 && b <= 0xDF) {
            needed = 1;
        } else if (b >= 0xE0 && b <= 0xEF) {
            needed = 2;
        } else if (b >= 0xF0 && b <= 0xF4) {
            needed = 3;
        } else {
            return false;
        }
        return true;
    }
}
