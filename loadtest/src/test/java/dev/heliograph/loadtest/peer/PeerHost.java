package dev.heliograph.loadtest.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heliograph.loadtest.peer.nodews.NodeWsPeer;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A rig to be killed: starts two gateways, prints their process ids and stays. */
final class PeerHost {

    static final String PIDS = "gateways ";

    private PeerHost() {}

    /** Arguments: Redis and a directory. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        Installation installation =
                new NodeWsPeer()
                        .start(
                                new Plan(
                                        2,
                                        1,
                                        URI.create(arguments[0]),
                                        directory,
                                        new Credentials(directory, "secret".getBytes(UTF_8))));
        System.out.println(
                PIDS
                        + installation.parts().stream()
                                .map(part -> Long.toString(part.pid()))
                                .collect(Collectors.joining(" ")));
        Thread.currentThread().join();
    }

    static List<Long> pids(String line) {
        return Stream.of(line.substring(PIDS.length()).split(" ", -1)).map(Long::valueOf).toList();
    }
}
