package dev.heliograph.loadtest.peer.centrifugo;

import dev.heliograph.loadtest.peer.Installation;
import dev.heliograph.loadtest.peer.Plan;
import dev.heliograph.loadtest.peer.Publisher;
import dev.heliograph.loadtest.peer.launch.GatewayFleet;
import dev.heliograph.loadtest.peer.launch.GatewayProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Centrifugo nodes on one Redis. A node serves devices and the API of backends alike. */
final class CentrifugoInstallation implements Installation {

    /** Logged before the port is opened. */
    private static final Pattern STARTED =
            Pattern.compile("serving .*endpoints on 127\\.0\\.0\\.1:(\\d+)");

    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(30);
    private static final long HEALTH_PERIOD_MS = 20;
    private static final int OK = 200;
    private static final int KEY_BYTES = 24;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final GatewayFleet nodes;
    private final CentrifugoPublisher publisher;

    private CentrifugoInstallation(GatewayFleet nodes, String apiKey) {
        this.nodes = nodes;
        this.publisher = new CentrifugoPublisher(client, nodes.targets(), apiKey);
    }

    static CentrifugoInstallation start(Path binary, Plan plan)
            throws IOException, InterruptedException {
        String secret = CentrifugoConfig.secret(plan.credentials().secret());
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        String apiKey = HexFormat.of().formatHex(random);
        GatewayFleet nodes =
                GatewayFleet.start(
                        CentrifugoPeer.NAME,
                        plan.gateways(),
                        plan.directory(),
                        (node, port) ->
                                new GatewayProgram(
                                        List.of(
                                                binary.toString(),
                                                "--config="
                                                        + CentrifugoConfig.write(
                                                                plan,
                                                                node,
                                                                port == 0 ? freePort() : port,
                                                                secret,
                                                                apiKey)),
                                        Map.of(),
                                        STARTED));
        CentrifugoInstallation installation = new CentrifugoInstallation(nodes, apiKey);
        try {
            for (String target : nodes.targets()) {
                installation.awaitHealth(target);
            }
        } catch (IOException | InterruptedException e) {
            installation.close();
            throw e;
        }
        return installation;
    }

    /** Centrifugo does not say which port it got, so it has to be told one. */
    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("No port is free", e);
        }
    }

    private void awaitHealth(String target) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://" + target + "/health")).build();
        long deadline = System.nanoTime() + HEALTH_TIMEOUT.toNanos();
        while (!isHealthy(request)) {
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "Centrifugo at %s is not healthy after %d s"
                                .formatted(target, HEALTH_TIMEOUT.toSeconds()));
            }
            Thread.sleep(HEALTH_PERIOD_MS);
        }
    }

    private boolean isHealthy(HttpRequest request) throws InterruptedException {
        try {
            return client.send(request, BodyHandlers.discarding()).statusCode() == OK;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public List<String> targets() {
        return nodes.targets();
    }

    @Override
    public String protocol() {
        return CentrifugoPeer.NAME;
    }

    @Override
    public Publisher publisher() {
        return publisher;
    }

    @Override
    public List<Part> parts() {
        return nodes.parts("gateway");
    }

    @Override
    public void restart(int gateway) throws IOException, InterruptedException {
        nodes.restart(gateway);
        awaitHealth(nodes.targets().get(gateway));
    }

    @Override
    public void kill(int gateway) {
        nodes.kill(gateway);
    }

    @Override
    public void close() {
        client.shutdownNow();
        nodes.close();
    }
}
