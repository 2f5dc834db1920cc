package dev.heliograph.client.auth;

/** There is no token with which to go on. Thrown by a {@link TokenProvider} it ends the client. */
public final class UnauthorizedException extends Exception {

    private static final long serialVersionUID = 1L;

    /** With what to tell the user. Must not hold a token. */
    public UnauthorizedException(String message) {
        super(message);
    }
}
