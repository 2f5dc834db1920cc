package dev.heliograph.server.websocket;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.server.gateway.CodeLabels;

/** What metrics call the end of a connection. */
final class EndReason {

    private EndReason() {}

    /**
     * A label of {@code codes.proto}, {@code lost} without a close frame, {@code other} for a code
     * that only the device knows. A device cannot invent values.
     */
    static String of(int code) {
        if (code == ControlFrames.ABNORMAL) {
            return "lost";
        }
        CloseCode known = CloseCode.forNumber(code);
        if (known != null && known != CloseCode.CLOSE_CODE_UNSPECIFIED) {
            return CodeLabels.of(known);
        }
        return code <= ControlFrames.NO_CODE ? CodeLabels.of(CloseCode.CLOSE_CODE_NORMAL) : "other";
    }
}
