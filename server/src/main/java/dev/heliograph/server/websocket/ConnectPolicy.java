package dev.heliograph.server.websocket;

import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.auth.TokenException;
import dev.heliograph.server.auth.TokenVerifier;
import dev.heliograph.server.config.AllowedOrigins;
import dev.heliograph.server.gateway.CodeLabels;
import dev.heliograph.server.gateway.Peer;
import dev.heliograph.server.gateway.SessionFactory;
import dev.heliograph.server.log.Channel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Decides about connection attempts, for the upgrade and for the verdict endpoint alike. */
final class ConnectPolicy {

    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int SERVICE_UNAVAILABLE = 503;

    /** What one is told to wait who found no place, at least and on top at random. */
    private static final int RETRY_MS = 2_000;

    private final TokenVerifier tokens;
    private final SessionFactory sessions;
    private final AllowedOrigins origins;
    private final Places places;

    ConnectPolicy(
            TokenVerifier tokens, SessionFactory sessions, AllowedOrigins origins, Places places) {
        this.tokens = tokens;
        this.sessions = sessions;
        this.origins = origins;
        this.places = places;
    }

    /**
     * What an attempt meets at the moment. Admission goes first: under overload no signature is
     * checked.
     */
    Verdict decide(ConnectRequest request, Peer peer) {
        Optional<Verdict.Refused> refused = beforeToken(request, peer);
        if (refused.isPresent()) {
            return refused.get();
        }
        Verdict who = identify(request);
        return who instanceof Verdict.Welcome(Principal principal) ? decide(principal, peer) : who;
    }

    /** Whom a request speaks for, whether or not there is a place for him. */
    Verdict identify(ConnectRequest request) {
        List<String> offered = request.tokens();
        if (offered.size() > 1) {
            return badRequest(
                    "More than one token: send one, in Authorization or as a subprotocol");
        }
        if (offered.isEmpty()) {
            return unauthenticated("No token: send one as Authorization: Bearer <jwt>");
        }
        try {
            return identify(tokens.verify(offered.getFirst()));
        } catch (TokenException e) {
            return e.reason() == TokenException.Reason.EXPIRED
                    ? new Verdict.Expired(e.getMessage())
                    : unauthenticated(e.getMessage());
        }
    }

    /** What an attempt meets whoever makes it. */
    Optional<Verdict.Refused> beforeToken(ConnectRequest request, Peer peer) {
        Optional<Verdict.Refused> stranger = origin(request);
        if (stranger.isPresent()) {
            return stranger;
        }
        if (sessions.admit(peer) instanceof SessionFactory.Admission.Refused refused) {
            return Optional.of(
                    new Verdict.Refused(
                            SERVICE_UNAVAILABLE,
                            refused.label(),
                            refused.retryAfterMs(),
                            Places.Full.NODE.message(),
                            refused.label()));
        }
        return places.full(peer, Optional.empty()).map(ConnectPolicy::full);
    }

    /** The refusal of a page that may not connect, if it is one. */
    Optional<Verdict.Refused> origin(ConnectRequest request) {
        return origins.allow(request.origin())
                ? Optional.empty()
                : Optional.of(
                        new Verdict.Refused(
                                FORBIDDEN,
                                CodeLabels.of(ErrorCode.ERROR_CODE_FORBIDDEN),
                                0,
                                "Pages of this Origin may not connect here",
                                "origin"));
    }

    /** A refusal for a request that is wrong in itself. */
    static Verdict.Refused badRequest(String message) {
        return new Verdict.Refused(
                BAD_REQUEST, CodeLabels.of(ErrorCode.ERROR_CODE_INVALID_ARGUMENT), 0, message);
    }

    /** The refusal of one for whom there is no place. */
    static Verdict.Refused full(Places.Full full) {
        return new Verdict.Refused(
                SERVICE_UNAVAILABLE,
                CodeLabels.of(ErrorCode.ERROR_CODE_OVERLOADED),
                RETRY_MS + ThreadLocalRandom.current().nextInt(RETRY_MS),
                full.message(),
                full.reason());
    }

    /** What one meets who has said who he is. */
    Verdict decide(Principal principal, Peer peer) {
        Optional<Places.Full> full = places.full(peer, Optional.of(principal));
        return full.isPresent() ? full(full.get()) : new Verdict.Welcome(principal);
    }

    private static Verdict identify(Principal principal) {
        if (!principal.scopes().contains(Principal.SCOPE_CONNECT)) {
            return unauthenticated("The token lacks the scope connect");
        }
        if (!Channel.validName(principal.subject())) {
            return unauthenticated("The token's sub is not a valid user id");
        }
        return new Verdict.Welcome(principal);
    }

    /** A refusal for who cannot say who he is. */
    static Verdict.Refused unauthenticated(String message) {
        return new Verdict.Refused(
                UNAUTHORIZED, CodeLabels.of(ErrorCode.ERROR_CODE_UNAUTHENTICATED), 0, message);
    }
}
