package dev.heliograph.server.websocket;

import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.gateway.CodeLabels;
import dev.heliograph.server.gateway.Peer;
import dev.heliograph.server.observe.ConnectionLog;
import dev.heliograph.server.observe.GatewayMetrics;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;

/**
 * Lets devices in that come by plain HTTP requests: the same policy, places and refusals as for a
 * WebSocket.
 */
public final class HttpDoor {

    private final ConnectPolicy policy;
    private final GatewayUpgrader.Doors doors;
    private final GatewayMetrics metrics;
    private final ConnectionLog log;

    HttpDoor(
            ConnectPolicy policy,
            GatewayUpgrader.Doors doors,
            GatewayMetrics metrics,
            ConnectionLog log) {
        this.policy = policy;
        this.doors = doors;
        this.metrics = metrics;
        this.log = log;
    }

    /** Why a request gets nothing, with the answer that says so. */
    public static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient Verdict verdict;

        private Refused(Verdict verdict) {
            super(verdict.json(), null, false, false);
            this.verdict = verdict;
        }

        /**
         * A refusal with the label of this code.
         *
         * @param retryAfterMs 0 when trying again does not help
         * @param message what was wrong, with the value; never a token
         */
        public static Refused of(int status, ErrorCode code, int retryAfterMs, String message) {
            return new Refused(
                    new Verdict.Refused(status, CodeLabels.of(code), retryAfterMs, message));
        }

        /** A refusal for a request that is wrong in itself. */
        public static Refused badRequest(String message) {
            return new Refused(ConnectPolicy.badRequest(message));
        }

        /** A refusal for who cannot say who he is. */
        public static Refused unauthenticated(String message) {
            return new Refused(ConnectPolicy.unauthenticated(message));
        }
    }

    /** One who was let in. */
    public static final class Guest implements AutoCloseable {

        private final Principal principal;
        private final Peer peer;
        private final Places.Place place;
        private final Arrivals.Served socket;

        private Guest(Principal principal, Peer peer, Places.Place place, Arrivals.Served socket) {
            this.principal = principal;
            this.peer = peer;
            this.place = place;
            this.socket = socket;
        }

        /** For whom the token or the ticket speaks. */
        public Principal principal() {
            return principal;
        }

        /** Who is at the other end. */
        public Peer peer() {
            return peer;
        }

        /**
         * Runs this when the device ends the connection. That has to be closed after its answer.
         */
        public void onLeft(Runnable left) {
            socket.onLeft(left);
        }

        /** Gives back the place; the socket waits for its next request. */
        @Override
        public void close() {
            place.leave();
            socket.back();
        }
    }

    /**
     * Lets the bearer of a token in.
     *
     * @throws Refused as {@link ConnectPolicy} decides
     */
    public Guest enter(ServerRequest request) throws Refused {
        Peer peer = peer(request);
        return switch (policy.decide(ConnectRequest.parse(request.headers()), peer)) {
            case Verdict.Welcome welcome -> guest(request, peer, welcome.principal());
            case Verdict.Refused refused -> throw new Refused(refused);
            case Verdict.Expired expired -> throw new Refused(expired);
        };
    }

    /**
     * Whom a short request speaks for. It takes no place: a device that has one may say something
     * beside it.
     *
     * @throws Refused without a good token
     */
    public Principal identify(ServerRequest request) throws Refused {
        ConnectRequest asked = ConnectRequest.parse(request.headers());
        Optional<Verdict.Refused> stranger = policy.origin(asked);
        if (stranger.isPresent()) {
            throw new Refused(stranger.get());
        }
        return switch (policy.identify(asked)) {
            case Verdict.Welcome welcome -> welcome.principal();
            case Verdict other -> throw new Refused(other);
        };
    }

    /**
     * Lets one in whom something else than a token speaks for.
     *
     * @param who asked once nothing but who it is can be in the way
     * @throws Refused as {@link ConnectPolicy} decides
     */
    public Guest enter(ServerRequest request, Speaker who) throws Refused {
        Peer peer = peer(request);
        ConnectRequest asked = ConnectRequest.parse(request.headers());
        if (!asked.tokens().isEmpty()) {
            throw Refused.badRequest("A token and a ticket: send one of them");
        }
        Optional<Verdict.Refused> refused = policy.beforeToken(asked, peer);
        if (refused.isPresent()) {
            throw new Refused(refused.get());
        }
        Principal principal =
                who.find()
                        .orElseThrow(
                                () ->
                                        Refused.unauthenticated(
                                                "The ticket is used, expired or unknown: get another"
                                                        + " with POST /v1/ticket"));
        return switch (policy.decide(principal, peer)) {
            case Verdict.Welcome _ -> guest(request, peer, principal);
            case Verdict other -> throw new Refused(other);
        };
    }

    /** Finds out whom a request speaks for. */
    public interface Speaker {
        /**
         * Empty for nobody.
         *
         * @throws Refused when it cannot be found out at the moment
         */
        Optional<Principal> find() throws Refused;
    }

    /** Answers, counts and logs a refusal. */
    public void refuse(ServerRequest request, ServerResponse response, Refused why) {
        if (why.verdict instanceof Verdict.Refused refused) {
            metrics.connectionRefused(refused.reason());
            log.refused(peer(request), refused.reason(), refused.message());
        }
        response.header(HeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, "Retry-After");
        Answers.verdict(response, why.verdict);
    }

    /** A stream began; run what this returns, with its close code, when it has ended. */
    public Stream stream() {
        long start = System.nanoTime();
        metrics.connectionOpened();
        return code ->
                metrics.connectionEnded(
                        EndReason.of(code), (System.nanoTime() - start) / 1_000_000);
    }

    /** A connection that metrics count. */
    public interface Stream {
        /** It has ended with this close code, 1006 for none. */
        void ended(int code);
    }

    private Peer peer(ServerRequest request) {
        return doors.peers()
                .of(request.remotePeer(), request.proxyProtocolData(), request.headers());
    }

    private Guest guest(ServerRequest request, Peer peer, Principal principal) throws Refused {
        Places.Place place = doors.places().take(peer, Optional.of(principal)).orElse(null);
        if (place == null) {
            throw new Refused(
                    ConnectPolicy.full(
                            doors.places()
                                    .full(peer, Optional.of(principal))
                                    .orElse(Places.Full.NODE)));
        }
        return new Guest(
                principal,
                peer,
                place,
                doors.arrivals().served(request.remotePeer(), request.localPeer()));
    }
}
