package dev.heliograph.loadtest.swarm;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/** What all connections of an event loop share. */
final class Sockets {

    private static final int MIN_READ_BYTES = 512;
    private static final int FIRST_READ_BYTES = 1_024;
    private static final int MAX_READ_BYTES = 64 << 10;
    private static final int HTTP_PORT = 80;

    private final EventLoop loop;
    private final RecvByteBufAllocator receive =
            new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, FIRST_READ_BYTES, MAX_READ_BYTES);
    private final Map<String, InetSocketAddress> addresses = new HashMap<>();

    Sockets(EventLoop loop) {
        this.loop = loop;
    }

    EventLoop loop() {
        return loop;
    }

    RecvByteBufAllocator receive() {
        return receive;
    }

    /** Where the URI leads; its name is looked up once. */
    InetSocketAddress address(URI uri) {
        return addresses.computeIfAbsent(
                uri.getRawAuthority(),
                it ->
                        new InetSocketAddress(
                                uri.getHost(), uri.getPort() < 0 ? HTTP_PORT : uri.getPort()));
    }
}
