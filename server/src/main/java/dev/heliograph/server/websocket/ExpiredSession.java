package dev.heliograph.server.websocket;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.server.gateway.CodeLabels;
import dev.heliograph.server.gateway.SessionHandler;
import dev.heliograph.server.gateway.SessionTransport;

/** Closes at once with 4401: browsers see close codes and no HTTP status (C-7). */
final class ExpiredSession implements SessionHandler {

    @Override
    public void onOpen(SessionTransport transport) {
        transport.close(
                CloseCode.CLOSE_CODE_TOKEN_EXPIRED_VALUE,
                CodeLabels.of(CloseCode.CLOSE_CODE_TOKEN_EXPIRED));
    }

    @Override
    public boolean onMessage(byte[] payload) {
        return false;
    }

    @Override
    public void onDrained() {}

    @Override
    public void onEnd(int code, String reason) {}
}
