package dev.heliograph.loadtest.swarm;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

/**
 * A process of a swarm: its devices live on one event loop. It connects to the Unix socket that it
 * is given, carries out one {@link Order} after the other, and ends with the connection.
 */
public final class SwarmMain {

    private final EventLoop loop;
    private DeviceGroup devices;

    private SwarmMain(EventLoop loop) {
        this.loop = loop;
    }

    /** Takes the path of the socket. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        MultiThreadIoEventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(arguments[0]));
            new SwarmMain(loops.next()).serve(channel);
        } finally {
            var _ = loops.shutdownGracefully();
        }
        // Devices are not waited for: their sockets end with the process.
        System.exit(0);
    }

    private void serve(SocketChannel channel) throws IOException, InterruptedException {
        BufferedReader orders =
                new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        PrintStream replies =
                new PrintStream(Channels.newOutputStream(channel), false, StandardCharsets.UTF_8);
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            replies.println(answer(line).line());
            replies.flush();
        }
    }

    private Reply answer(String line) throws InterruptedException {
        try {
            Order order = Order.of(line);
            return loop.submit(() -> carryOut(order)).get();
        } catch (ExecutionException e) {
            return Reply.failed(String.valueOf(e.getCause()));
        }
    }

    private Reply carryOut(Order order) throws IOException {
        switch (order) {
            case Order.SetUp setUp -> {
                devices =
                        new DeviceGroup(
                                setUp, Protocols.create(setUp.protocol(), setUp.acks()), loop);
                devices.start();
            }
            case Order.Connect(int count, double from, double to) ->
                    devices.connect(count, new RampPlan(from, to, Duration.ZERO));
            case Order.CutAll() -> devices.cutAll();
            case Order.Churn(double perSecond) -> devices.churn(perSecond);
            case Order.Slow(double fraction, int bytesPerSecond) ->
                    devices.slow(fraction, bytesPerSecond);
            case Order.DisconnectAll() -> devices.disconnectAll();
            case Order.Begin() -> devices.begin();
            case Order.Look() -> {
                return Reply.of(devices.snapshot());
            }
            case Order.End() -> {
                return Reply.of(devices.interval());
            }
            case Order.Outstanding sent -> {
                return Reply.of(devices.outstanding(sent));
            }
        }
        return Reply.DONE;
    }
}
