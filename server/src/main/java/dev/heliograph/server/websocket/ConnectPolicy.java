package dev.heliograph.server.websocket;

import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.auth.TokenException;
import dev.heliograph.server.auth.TokenVerifier;
import dev.heliograph.server.gateway.CodeLabels;
import dev.heliograph.server.gateway.Peer;
import dev.heliograph.server.gateway.SessionFactory;
import dev.heliograph.server.log.Channel;
import java.util.List;

/** Decides about connection attempts, for the upgrade and for the verdict endpoint alike. */
final class ConnectPolicy {

    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final TokenVerifier tokens;
    private final SessionFactory sessions;

    ConnectPolicy(TokenVerifier tokens, SessionFactory sessions) {
        this.tokens = tokens;
        this.sessions = sessions;
    }

    /** Admission goes first: under overload no signature is checked. */
    Verdict decide(List<String> offered, Peer peer) {
        if (sessions.admit(peer) instanceof SessionFactory.Admission.Refused refused) {
            return new Verdict.Refused(
                    SERVICE_UNAVAILABLE,
                    refused.label(),
                    refused.retryAfterMs(),
                    "This gateway takes no connections at the moment");
        }
        if (offered.size() > 1) {
            return badRequest(
                    "More than one token: send one, in Authorization or as a subprotocol");
        }
        if (offered.isEmpty()) {
            return unauthenticated("No token: send one as Authorization: Bearer <jwt>");
        }
        try {
            return decide(tokens.verify(offered.getFirst()));
        } catch (TokenException e) {
            return e.reason() == TokenException.Reason.EXPIRED
                    ? new Verdict.Expired(e.getMessage())
                    : unauthenticated(e.getMessage());
        }
    }

    /** A refusal for a request that is wrong in itself. */
    static Verdict.Refused badRequest(String message) {
        return new Verdict.Refused(
                BAD_REQUEST, CodeLabels.of(ErrorCode.ERROR_CODE_INVALID_ARGUMENT), 0, message);
    }

    private static Verdict decide(Principal principal) {
        if (!principal.scopes().contains(Principal.SCOPE_CONNECT)) {
            return unauthenticated("The token lacks the scope connect");
        }
        if (!Channel.validName(principal.subject())) {
            return unauthenticated("The token's sub is not a valid user id");
        }
        return new Verdict.Welcome(principal);
    }

    private static Verdict.Refused unauthenticated(String message) {
        return new Verdict.Refused(
                UNAUTHORIZED, CodeLabels.of(ErrorCode.ERROR_CODE_UNAUTHENTICATED), 0, message);
    }
}
