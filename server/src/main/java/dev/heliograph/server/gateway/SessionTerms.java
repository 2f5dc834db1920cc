package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.config.ServerConfig.GatewayConfig;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a session needs to stay on its gateway: a token that counts, and that nobody asked it to go.
 */
final class SessionTerms {

    private final Session session;
    private final Gateway gateway;
    private final SessionToken token;
    private final Stay stay;

    SessionTerms(Session session, Gateway gateway, Principal principal) {
        this.session = session;
        this.gateway = gateway;
        this.token = new SessionToken(principal, System.currentTimeMillis());
        GatewayConfig config = gateway.config();
        this.stay =
                new Stay(
                        config.moves().maxAge(),
                        // As long as a device may take for any answer.
                        config.heartbeatInterval().plus(config.heartbeatTimeout()),
                        gateway.clockMs(),
                        ThreadLocalRandom.current()::nextDouble);
    }

    /** Who the token in force speaks for. */
    Principal principal() {
        return token.principal();
    }

    /**
     * Asks the device for what it has to do to stay: bring another token, or another connection.
     * False when its time is over, and it is closed. On the timer.
     */
    boolean hold() {
        long now = System.currentTimeMillis();
        if (token.remainingMs(now) == 0) {
            session.close(CloseCode.CLOSE_CODE_TOKEN_EXPIRED);
            return false;
        }
        if (session.entry().isEmpty()) {
            return true;
        }
        if (token.tell(now, gateway.config().heartbeatInterval().toMillis())) {
            session.send(Frames.tokenExpiring(token.remainingMs(now)));
        }
        switch (stay.look(gateway.clockMs())) {
            case STAYS -> {}
            case OLD -> askToMove("age");
            case OVERDUE -> {
                session.close(CloseCode.CLOSE_CODE_SERVICE_RESTART);
                return false;
            }
        }
        return true;
    }

    /**
     * Asks the device to move to another gateway, and closes later if it stays; false when it was
     * asked before, or has not been welcomed.
     */
    boolean askToMove(String reason) {
        boolean asks = session.entry().isPresent() && stay.ask(gateway.clockMs());
        if (asks) {
            goAway(reason);
        }
        return asks;
    }

    /** Asks the device to move to another gateway (G-4). */
    void goAway(String reason) {
        session.send(Frames.GO_AWAY);
        gateway.metrics().goAway(reason);
    }

    /** The device brings another token (T-7). On the reader thread, of a welcomed session. */
    void refresh(String next) {
        if (!token.mayRefresh(System.nanoTime())) {
            session.close(CloseCode.CLOSE_CODE_RATE_LIMITED);
            return;
        }
        String device = session.entry().orElseThrow().device();
        try {
            token.refresh(next, device, gateway.tokens(), System.currentTimeMillis());
        } catch (SessionToken.Refused e) {
            gateway.metrics().tokenRefreshed("refused");
            session.error(ErrorCode.ERROR_CODE_INVALID_TOKEN, e.getMessage(), "", 0, 0);
            return;
        }
        gateway.metrics().tokenRefreshed("ok");
        session.subscriptions().endForbidden();
    }
}
