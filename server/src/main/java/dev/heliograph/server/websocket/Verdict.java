package dev.heliograph.server.websocket;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ConnectVerdict;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.gateway.CodeLabels;
import java.util.concurrent.TimeUnit;

/** What a connection attempt meets. */
sealed interface Verdict {

    /** Come in. */
    record Welcome(Principal principal) implements Verdict {}

    /** The token was good and its time is over (C-7). */
    record Expired(String message) implements Verdict {}

    /**
     * Not like this, or not now.
     *
     * @param status of the HTTP answer
     * @param code label of an ErrorCode
     * @param retryAfterMs 0 when trying again does not help
     * @param message what was wrong; never holds a token
     * @param reason what metrics and logs call it: finer than the code
     */
    record Refused(int status, String code, int retryAfterMs, String message, String reason)
            implements Verdict {

        /** One whose code says it all. */
        Refused(int status, String code, int retryAfterMs, String message) {
            this(status, code, retryAfterMs, message, code);
        }

        /** For Retry-After, which counts in seconds: never earlier than said. */
        long retryAfterSeconds() {
            return TimeUnit.MILLISECONDS.toSeconds(retryAfterMs + 999L);
        }
    }

    /** HTTP status of the verdict endpoint (C-6). */
    default int httpStatus() {
        return switch (this) {
            case Welcome _ -> 200;
            case Expired _ -> 401;
            case Refused refused -> refused.status();
        };
    }

    /** The JSON body of C-6: always exactly the keys code, retry_after_ms and message. */
    default String json() {
        ConnectVerdict.Builder body = ConnectVerdict.newBuilder();
        switch (this) {
            case Welcome _ -> body.setCode("ok");
            case Expired expired ->
                    body.setCode(CodeLabels.of(ErrorCode.ERROR_CODE_TOKEN_EXPIRED))
                            .setMessage(expired.message());
            case Refused refused ->
                    body.setCode(refused.code())
                            .setRetryAfterMs(refused.retryAfterMs())
                            .setMessage(refused.message());
        }
        try {
            return JsonFormat.printer()
                    .alwaysPrintFieldsWithNoPresence()
                    .omittingInsignificantWhitespace()
                    .print(body);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("A verdict has no JSON form", e);
        }
    }
}
