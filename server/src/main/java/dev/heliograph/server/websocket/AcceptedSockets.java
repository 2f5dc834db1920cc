package dev.heliograph.server.websocket;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Socket options that also tell {@link Arrivals} of each socket: setting them is all that Helidon
 * does between accept and what the peer has to send first, be it a PROXY header, TLS or a request.
 */
final class AcceptedSockets implements SocketOptions {

    private final SocketOptions options;
    private final Arrivals arrivals;

    AcceptedSockets(SocketOptions options, Arrivals arrivals) {
        this.options = options;
        this.arrivals = arrivals;
    }

    /** On the listener's thread. A socket that fails here is closed, and the listener goes on. */
    @Override
    public void configureSocket(SocketChannel socket) {
        options.configureSocket(socket);
        try {
            arrivals.accepted(socket);
        } catch (IOException e) {
            throw new UncheckedIOException("The peer left at once", e);
        }
    }

    @Override
    public void configureSocket(Socket socket) {
        options.configureSocket(socket);
    }

    @Override
    public Map<SocketOption<?>, Object> socketOptions() {
        return options.socketOptions();
    }

    @Override
    public Duration connectTimeout() {
        return options.connectTimeout();
    }

    @Override
    public Duration readTimeout() {
        return options.readTimeout();
    }

    @Override
    public Optional<Integer> socketReceiveBufferSize() {
        return options.socketReceiveBufferSize();
    }

    @Override
    public Optional<Integer> socketSendBufferSize() {
        return options.socketSendBufferSize();
    }

    @Override
    public boolean socketReuseAddress() {
        return options.socketReuseAddress();
    }

    @Override
    public boolean socketKeepAlive() {
        return options.socketKeepAlive();
    }

    @Override
    public boolean tcpNoDelay() {
        return options.tcpNoDelay();
    }
}
