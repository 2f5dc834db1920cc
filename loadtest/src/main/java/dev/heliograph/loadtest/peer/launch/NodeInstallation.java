package dev.heliograph.loadtest.peer.launch;

import dev.heliograph.loadtest.peer.Installation;
import dev.heliograph.loadtest.peer.Plan;
import dev.heliograph.loadtest.peer.Publisher;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Gateways that are a program of {@code loadtest/peers}, and a publisher beside them. */
public final class NodeInstallation implements Installation {

    private static final Pattern STARTED = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");

    private final String protocol;
    private final GatewayFleet gateways;
    private final Publisher publisher;

    private NodeInstallation(String protocol, GatewayFleet gateways, Publisher publisher) {
        this.protocol = protocol;
        this.gateways = gateways;
        this.publisher = publisher;
    }

    /**
     * Starts gateways.
     *
     * @param name of the system and of what its devices speak
     * @param program file below {@code loadtest/peers}
     * @param publisher makes the publisher, which is closed with this
     */
    public static NodeInstallation start(
            String name, String program, Plan plan, Supplier<Publisher> publisher)
            throws IOException, InterruptedException {
        List<String> command = NodePrograms.install().command(program);
        String secret = Base64.getEncoder().encodeToString(plan.credentials().secret());
        GatewayFleet gateways =
                GatewayFleet.start(
                        name,
                        plan.gateways(),
                        plan.directory(),
                        (gateway, port) ->
                                new GatewayProgram(
                                        command,
                                        Map.of(
                                                "NODE_ENV", "production",
                                                "PEER_GATEWAY", Integer.toString(gateway),
                                                "PEER_PORT", Integer.toString(port),
                                                "PEER_REDIS", plan.redis().toString(),
                                                "PEER_SECRET", secret),
                                        STARTED));
        try {
            return new NodeInstallation(name, gateways, publisher.get());
        } catch (RuntimeException e) {
            gateways.close();
            throw new IOException("The publisher of " + name + " could not connect to Redis", e);
        }
    }

    @Override
    public List<String> targets() {
        return gateways.targets();
    }

    @Override
    public String protocol() {
        return protocol;
    }

    @Override
    public Publisher publisher() {
        return publisher;
    }

    @Override
    public List<Part> parts() {
        return gateways.parts("gateway");
    }

    @Override
    public void restart(int gateway) throws IOException, InterruptedException {
        gateways.restart(gateway);
    }

    @Override
    public void kill(int gateway) {
        gateways.kill(gateway);
    }

    @Override
    public void close() {
        try {
            publisher.close();
        } finally {
            gateways.close();
        }
    }
}
