package dev.heliograph.client.device;

import dev.heliograph.client.auth.TokenProvider.Reason;
import dev.heliograph.client.device.Diagnostic.Kind;
import dev.heliograph.client.internal.TokenSource;

/**
 * Brings the gateway another token before the one of a connection ends (T-6 to T-8). What fails
 * changes nothing: the gateway closes with 4401 then, and the client reconnects. Owned by the loop.
 */
final class TokenRenewal {

    private final TokenSource tokens;
    private final Loop loop;
    private final Notices notices;

    TokenRenewal(DeviceOptions options, Notices notices) {
        this.tokens = options.tokens();
        this.loop = options.loop();
        this.notices = notices;
    }

    /** The gateway says that the connection's token ends soon. */
    void expiring(DeviceConnection connection) {
        String old = connection.token();
        var _ =
                tokens.renew(old)
                        .whenComplete(
                                (token, failure) ->
                                        loop.post(() -> renewed(connection, old, token, failure)));
    }

    private void renewed(DeviceConnection connection, String old, String token, Throwable failure) {
        if (failure != null) {
            notices.diagnostic(
                    Kind.TOKEN,
                    "",
                    "The token expires soon, and the token provider failed",
                    failure);
        } else if (token.equals(old)) {
            notices.diagnostic(
                    Kind.TOKEN,
                    "",
                    "The token expires soon, and the token provider has no other yet");
        } else {
            connection.refresh(token);
        }
    }

    /** The gateway refused what was brought. */
    void refused(DeviceConnection connection) {
        tokens.invalidate(connection.token(), Reason.REFUSED);
    }
}
