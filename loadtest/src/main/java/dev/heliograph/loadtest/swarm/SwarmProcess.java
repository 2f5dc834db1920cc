package dev.heliograph.loadtest.swarm;

import dev.heliograph.loadtest.WatchedProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** A {@link SwarmMain} in a process of its own, and the connection to it. */
final class SwarmProcess implements AutoCloseable {

    /**
     * A device takes some 4 KiB, a full process 70 MiB; what is read makes garbage beside it.
     * Serial collection: one thread does all the work, and other processes want the processors.
     */
    private static final List<String> JVM_FLAGS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-Xms384m",
                    "-Xmx384m",
                    "-Xmn128m",
                    "-XX:MaxDirectMemorySize=256m",
                    "-Dio.netty.leakDetection.level=disabled");

    private final WatchedProcess process;
    private final SocketChannel channel;
    private final BufferedReader replies;
    private final PrintStream orders;
    private final ReentrantLock lock = new ReentrantLock();

    private SwarmProcess(WatchedProcess process, SocketChannel channel) {
        this.process = process;
        this.channel = channel;
        this.replies = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        this.orders =
                new PrintStream(Channels.newOutputStream(channel), false, StandardCharsets.UTF_8);
    }

    /**
     * Starts it.
     *
     * @param log file that its output is appended to
     */
    static SwarmProcess start(Order.SetUp setUp, Optional<Path> log) throws IOException {
        Path directory = Files.createTempDirectory("swarm");
        Path socket = directory.resolve("orders");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            WatchedProcess process =
                    WatchedProcess.start(
                            WatchedProcess.java(
                                    JVM_FLAGS, SwarmMain.class.getName(), socket.toString()),
                            Map.of(),
                            log,
                            line -> {});
            // Ends the wait for its connection when there will be none.
            var _ = process.ended().thenRun(() -> closeQuietly(listener));
            try {
                SwarmProcess started = new SwarmProcess(process, listener.accept());
                started.order(setUp);
                return started;
            } catch (AsynchronousCloseException e) {
                throw new IOException(
                        "A swarm's process did not start. Its output ends:\n" + process.tail(), e);
            } catch (IOException e) {
                process.close();
                throw e;
            }
        } finally {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(directory);
        }
    }

    private static void closeQuietly(ServerSocketChannel listener) {
        try {
            listener.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    WatchedProcess process() {
        return process;
    }

    /**
     * Has an order carried out.
     *
     * @throws IOException when the process has ended, or cannot do it
     */
    Reply order(Order order) throws IOException {
        lock.lock();
        try {
            orders.println(order.line());
            orders.flush();
            String line = replies.readLine();
            if (line == null) {
                throw new IOException(
                        "A swarm's process has ended. Its output ends:\n" + process.tail());
            }
            Reply reply = Reply.of(line);
            if (reply.failure() != null) {
                throw new IOException("A swarm's process: " + reply.failure());
            }
            return reply;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            process.close();
        }
    }
}
