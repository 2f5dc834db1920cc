package dev.heliograph.loadtest.swarm;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What all connections of an event loop share. */
final class Sockets {

    private static final int MIN_READ_BYTES = 512;
    private static final int FIRST_READ_BYTES = 1_024;
    private static final int MAX_READ_BYTES = 64 << 10;
    private static final int HTTP_PORT = 80;

    /**
     * Addresses that devices on this machine come from, in turn. From one alone the kernel looks
     * through thousands of ports for a free one as soon as half of them are taken, which then costs
     * more than all else that a device does.
     */
    private static final int SOURCES = 64;

    private static final byte[] LAST_SOURCE = {127, 0, 1, SOURCES};

    private final EventLoop loop;
    private final RecvByteBufAllocator receive =
            new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, FIRST_READ_BYTES, MAX_READ_BYTES);
    private final Map<String, InetSocketAddress> addresses = new HashMap<>();
    private final boolean sources = isOurs(LAST_SOURCE);
    private int lastSource;

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

    /** Where the next connection to this address comes from; empty when the system decides. */
    Optional<SocketAddress> source(InetSocketAddress target) {
        if (!sources || target.isUnresolved() || !target.getAddress().isLoopbackAddress()) {
            return Optional.empty();
        }
        lastSource = lastSource % SOURCES + 1;
        return Optional.of(
                new InetSocketAddress(address(new byte[] {127, 0, 1, (byte) lastSource}), 0));
    }

    /** Linux has all that begin with 127; others have the first. */
    private static boolean isOurs(byte[] address) {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(address(address), 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new AssertionError("Four octets are an address", e);
        }
    }
}
