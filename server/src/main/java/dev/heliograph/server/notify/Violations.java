package dev.heliograph.server.notify;

import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;

/** Collects what is wrong with the fields of one request. */
final class Violations {

    /**
     * Details travel in HTTP/2 trailers, for which clients accept 8 KiB by default: more would turn
     * the answer into a protocol error. Twenty are more than anyone fixes at once.
     */
    private static final int MAX = 20;

    /** Enough to recognise a value, see {@link #MAX}. */
    private static final int MAX_QUOTED = 32;

    private final BadRequest.Builder details = BadRequest.newBuilder();

    void add(String field, String rule) {
        if (details.getFieldViolationsCount() < MAX) {
            details.addFieldViolations(
                    FieldViolation.newBuilder().setField(field).setDescription(rule));
        }
    }

    void add(String field, String rule, String value) {
        add(field, rule + ", not " + quote(value));
    }

    boolean isEmpty() {
        return details.getFieldViolationsCount() == 0;
    }

    BadRequest details() {
        return details.build();
    }

    /** The value in quotes, printable and short. */
    static String quote(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        value.codePoints()
                .limit(MAX_QUOTED)
                .forEach(c -> quoted.append(c < ' ' || c > '~' ? "?" : Character.toString(c)));
        if (value.codePointCount(0, value.length()) > MAX_QUOTED) {
            quoted.append("...");
        }
        return quoted.append('"').toString();
    }
}
