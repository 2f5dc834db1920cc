package dev.heliograph.server.websocket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.observe.ConnectionLog;
import dev.heliograph.server.observe.GatewayMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ArrivalsTest {

    private static final int MOST = 4;

    private final Arrivals arrivals =
            new Arrivals(Duration.ofMinutes(1), MOST, new GatewayMetrics(), new ConnectionLog());
    private final List<SocketChannel> peers = new ArrayList<>();
    private final List<SocketChannel> accepted = new ArrayList<>();
    private ServerSocketChannel listener;

    @BeforeEach
    void listen() throws IOException {
        listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void stop() throws IOException {
        arrivals.close();
        listener.close();
        for (SocketChannel each : peers) {
            each.close();
        }
        for (SocketChannel each : accepted) {
            each.close();
        }
    }

    /** As in a storm of reconnects, when requests come faster than they are read. */
    @Test
    void theNextWaitsForThoseWhoseRequestsNobodyHasReadAndEndsTheFirstThatIsSilent()
            throws Exception {
        for (int i = 0; i < MOST; i++) {
            SocketChannel peer = connect();
            peer.write(ByteBuffer.wrap(new byte[] {'G'}));
            arrivals.accepted(accepted.getLast());
        }
        connect();
        SocketChannel next = accepted.getLast();
        Thread listening = Thread.ofPlatform().start(() -> accept(next));

        assertThat("is let in", listening.join(Duration.ofMillis(1_500)), is(false));
        assertThat(ended().size(), is(0));

        SocketChannel read = accepted.get(2);
        read.read(ByteBuffer.allocate(1));

        assertThat("is let in", listening.join(Duration.ofSeconds(30)), is(true));
        assertThat(ended(), contains(read));
    }

    private void accept(SocketChannel socket) {
        try {
            arrivals.accepted(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SocketChannel connect() throws IOException {
        SocketChannel peer = SocketChannel.open(listener.getLocalAddress());
        peers.add(peer);
        accepted.add(listener.accept());
        return peer;
    }

    private List<SocketChannel> ended() {
        return accepted.stream().filter(each -> !each.isOpen()).toList();
    }
}
