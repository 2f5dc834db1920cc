package dev.heliograph.client.device;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.CodeInfo;
import dev.heliograph.proto.device.v1.Codes;
import dev.heliograph.proto.device.v1.ErrorCode;

/** What codes mean for a device, read from the options in codes.proto (G-1, E-2). */
final class CloseCodes {

    /** Stands for an end without a close frame, as in RFC 6455 section 7.1.5. */
    static final int NO_CLOSE_FRAME = 1006;

    private static final int FIRST_STOP = 4500;
    private static final int LAST_STOP = 4999;

    private CloseCodes() {}

    /**
     * Whether a device reconnects by itself after this code. For codes that codes.proto lacks the
     * range decides.
     */
    static boolean reconnects(int code) {
        CloseCode known = CloseCode.forNumber(code);
        return known == null ? code < FIRST_STOP || code > LAST_STOP : info(known).getRetryable();
    }

    /** What is known of a close code; empty texts for one that codes.proto lacks. */
    static CodeInfo info(CloseCode code) {
        return code.getValueDescriptor().getOptions().getExtension(Codes.info);
    }

    /** What is known of an error code; empty texts for one that codes.proto lacks. */
    static CodeInfo info(ErrorCode code) {
        return code == ErrorCode.UNRECOGNIZED
                ? CodeInfo.getDefaultInstance()
                : code.getValueDescriptor().getOptions().getExtension(Codes.info);
    }

    /** The code's label, else the reason that came with it, else its number. */
    static String label(int code, String reason) {
        CloseCode known = CloseCode.forNumber(code);
        if (known != null && known != CloseCode.CLOSE_CODE_UNSPECIFIED) {
            return info(known).getLabel();
        }
        return reason.isEmpty() ? Integer.toString(code) : reason;
    }

    /** What happened and what to do, for people. */
    static String message(int code, String reason) {
        CloseCode known = CloseCode.forNumber(code);
        return known == null
                ? "The connection ended with code %d %s".formatted(code, reason).strip()
                : info(known).getText() + " " + info(known).getRemedy();
    }
}
