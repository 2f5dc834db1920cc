package dev.heliograph.client.auth;

/**
 * Where tokens come from. Called on a virtual thread of its own, one call at a time; it may block
 * for at most 30 s and is interrupted then. The result is kept until the server says that it is no
 * longer good.
 */
@FunctionalInterface
public interface TokenProvider {

    /** Why a token is asked for. */
    enum Reason {
        /** There is none yet. */
        INITIAL,
        /**
         * The server said that the last one expires soon. It still counts, so nothing is lost when
         * this call fails.
         */
        EXPIRING,
        /** The server said that the last one has expired. */
        EXPIRED,
        /**
         * The server did not accept the last one. Asked once; a second refusal in a row is final.
         */
        REFUSED
    }

    /**
     * A token for the installation.
     *
     * @throws UnauthorizedException when the user may not connect any more: the client stops and
     *     says so
     * @throws Exception for any other trouble: the client asks again with backoff
     */
    String token(Reason reason) throws Exception;

    /** One token for ever. When it is refused or has expired the client stops. */
    static TokenProvider fixed(String token) {
        return reason -> {
            if (reason == Reason.INITIAL || reason == Reason.EXPIRING) {
                return token;
            }
            throw new UnauthorizedException(
                    reason == Reason.EXPIRED
                            ? "The fixed token has expired; use a TokenProvider that can get a new one"
                            : "The fixed token was refused");
        };
    }
}
