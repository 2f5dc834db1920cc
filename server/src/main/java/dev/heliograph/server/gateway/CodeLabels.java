package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.CodeInfo;
import dev.heliograph.proto.device.v1.Codes;

/** What {@code codes.proto} says of a code. */
public final class CodeLabels {

    private CodeLabels() {}

    /** The label of a close code: the reason in the close frame. */
    public static String label(CloseCode code) {
        return info(code).getLabel();
    }

    /**
     * The label of a close code by number; {@code lost} for 1006, the number itself for one that is
     * not ours.
     */
    public static String label(int code) {
        CloseCode known = CloseCode.forNumber(code);
        if (known != null) {
            return label(known);
        }
        return code == 1006 ? "lost" : Integer.toString(code);
    }

    private static CodeInfo info(CloseCode code) {
        return code.getValueDescriptor().getOptions().getExtension(Codes.info);
    }
}
