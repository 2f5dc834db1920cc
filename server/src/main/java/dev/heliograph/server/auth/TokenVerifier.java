package dev.heliograph.server.auth;

/** Turns a compact JWT into the principal that it speaks for. */
public interface TokenVerifier {

    /**
     * Verifies signature, {@code exp}, {@code nbf}, {@code iss}, {@code aud} and the shape of the
     * claims (PROTOCOL.md section 9). Does not check scopes.
     *
     * @throws TokenException when the token is not to be trusted, or not any more; its message
     *     never holds the token
     */
    Principal verify(String token) throws TokenException;
}
