package dev.heliograph.server.websocket;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * {@code GET /v1/connect} without an upgrade: what an upgrade with the same token would have met
 * (C-6), for browsers, which cannot read the status of a failed handshake.
 */
final class VerdictEndpoint implements HttpService {

    /** Where devices connect. */
    static final String PATH = "/v1/connect";

    private final ConnectPolicy policy;
    private final Peers peers;

    VerdictEndpoint(ConnectPolicy policy, Peers peers) {
        this.policy = policy;
        this.peers = peers;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get(PATH, this::answer).options(PATH, VerdictEndpoint::preflight);
    }

    private void answer(ServerRequest request, ServerResponse response) {
        // Other upgrades, such as to h2c, are offers that a server may leave alone.
        boolean upgrade =
                request.headers()
                        .first(HeaderNames.UPGRADE)
                        .filter("websocket"::equalsIgnoreCase)
                        .isPresent();
        Verdict verdict =
                upgrade
                        ? ConnectPolicy.badRequest(
                                "Not a WebSocket upgrade: send no body and Upgrade: websocket")
                        : policy.decide(
                                ConnectRequest.parse(request.headers()),
                                peers.of(
                                        request.remotePeer(),
                                        request.proxyProtocolData(),
                                        request.headers()));
        Answers.verdict(response, verdict);
    }

    private static void preflight(ServerRequest request, ServerResponse response) {
        Answers.preflight(response, "GET", "Authorization");
    }
}
