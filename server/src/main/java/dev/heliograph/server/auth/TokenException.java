package dev.heliograph.server.auth;

/** A token was refused. The message says why and never holds any part of the token. */
public final class TokenException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why a token was refused. */
    public enum Reason {
        /** Not a JWT, or its claims have the wrong shape. */
        MALFORMED,
        /** Unknown key, wrong algorithm or wrong signature. */
        UNTRUSTED,
        /** Well signed, and its {@code exp} has passed. */
        EXPIRED,
        /** Well signed, and its {@code nbf} or {@code iat} is in the future. */
        NOT_YET_VALID,
        /** Well signed, for another issuer or audience. */
        WRONG_ISSUER_OR_AUDIENCE
    }

    private final Reason reason;

    /** Refused for a reason. */
    public TokenException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
