package dev.heliograph.loadtest.peer.floor;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** Who is connected, divided among a few threads by their users; each writes to its own. */
final class Recipients {

    /** Publications that wait for a thread; then the publisher waits. */
    private static final int QUEUE = 16_384;

    /** An empty message tells a device that it will get what is sent from now on. */
    private static final byte[] READY = {(byte) 0x82, 0};

    private final List<Shard> shards;

    /** What one thread writes to. */
    private record Shard(
            Map<String, Set<Socket>> users,
            Map<String, Set<Socket>> topics,
            BlockingQueue<Write> queue) {}

    /** A frame to a user's devices or a topic's. */
    private record Write(boolean topic, String name, byte[] frame) {}

    private Recipients(List<Shard> shards) {
        this.shards = shards;
    }

    /** Starts the threads. */
    static Recipients start(int threads) {
        List<Shard> shards =
                IntStream.range(0, threads)
                        .mapToObj(
                                i ->
                                        new Shard(
                                                new ConcurrentHashMap<>(),
                                                new ConcurrentHashMap<>(),
                                                new ArrayBlockingQueue<>(QUEUE)))
                        .toList();
        for (Shard shard : shards) {
            Thread.ofPlatform().name("floor-writer").daemon().start(() -> write(shard));
        }
        return new Recipients(shards);
    }

    void add(String user, List<String> topics, Socket socket) throws IOException {
        Shard shard = shard(user);
        put(shard.users(), user, socket);
        topics.forEach(topic -> put(shard.topics(), topic, socket));
        // Whole, whatever the shard's thread writes: a socket takes one write at a time.
        socket.getOutputStream().write(READY);
    }

    void remove(String user, List<String> topics, Socket socket) {
        Shard shard = shard(user);
        take(shard.users(), user, socket);
        topics.forEach(topic -> take(shard.topics(), topic, socket));
    }

    void send(Publication publication) {
        Write write = new Write(publication.topic(), publication.name(), publication.frame());
        try {
            if (publication.topic()) {
                for (Shard shard : shards) {
                    shard.queue().put(write);
                }
            } else {
                shard(publication.name()).queue().put(write);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Shard shard(String user) {
        return shards.get(Math.floorMod(user.hashCode(), shards.size()));
    }

    private static void put(Map<String, Set<Socket>> map, String name, Socket socket) {
        map.compute(
                name,
                (key, sockets) -> {
                    Set<Socket> all = sockets == null ? ConcurrentHashMap.newKeySet(1) : sockets;
                    all.add(socket);
                    return all;
                });
    }

    private static void take(Map<String, Set<Socket>> map, String name, Socket socket) {
        map.computeIfPresent(
                name,
                (key, sockets) -> {
                    sockets.remove(socket);
                    return sockets.isEmpty() ? null : sockets;
                });
    }

    private static void write(Shard shard) {
        try {
            while (true) {
                Write write = shard.queue().take();
                Map<String, Set<Socket>> map = write.topic() ? shard.topics() : shard.users();
                for (Socket socket : map.getOrDefault(write.name(), Set.of())) {
                    write(socket, write.frame());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(Socket socket, byte[] frame) {
        try {
            socket.getOutputStream().write(frame);
        } catch (IOException e) {
            // Its reader sees that too, and removes it.
        }
    }
}
