package dev.heliograph.server.websocket;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.Codes;
import dev.heliograph.proto.device.v1.ErrorCode;

/** Labels of codes, as {@code codes.proto} states them. */
final class CloseLabels {

    private CloseLabels() {}

    /** The reason of a close frame with this code (G-1). */
    static String of(CloseCode code) {
        return code.getValueDescriptor().getOptions().getExtension(Codes.info).getLabel();
    }

    /** What an Error or a verdict with this code is called. */
    static String of(ErrorCode code) {
        return code.getValueDescriptor().getOptions().getExtension(Codes.info).getLabel();
    }

    /**
     * What the metric calls the end with this code: a label, {@code lost} without a close frame,
     * {@code other} for a code that only the device knows. A device cannot invent values.
     */
    static String metric(int code) {
        if (code == ControlFrames.ABNORMAL) {
            return "lost";
        }
        CloseCode known = CloseCode.forNumber(code);
        if (known != null && known != CloseCode.CLOSE_CODE_UNSPECIFIED) {
            return of(known);
        }
        return code <= ControlFrames.NO_CODE ? of(CloseCode.CLOSE_CODE_NORMAL) : "other";
    }
}
