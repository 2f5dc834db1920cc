package dev.heliograph.cli;

import dev.heliograph.server.HeliographServer;
import dev.heliograph.server.auth.TokenIssuer;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What {@code up} says once it runs: where everything is, and what to try first. */
record UpBanner(
        String redis, HeliographServer server, TokenIssuer issuer, Duration ttl, boolean console) {

    private static final String USER = "alice";

    void print(PrintWriter out) {
        out.printf("Redis    %s%n", redis);
        out.printf("Devices  ws://localhost:%d/v1/connect%n", server.httpPort());
        out.printf("Notify   localhost:%d (gRPC)%n", server.grpcPort());
        out.printf(
                "Admin    http://localhost:%1$d/observe/health, http://localhost:%1$d/observe/metrics%n",
                server.adminPort());
        if (console) {
            out.printf("Console  http://localhost:%d/%n", server.httpPort());
        }
        out.println();
        out.printf("A device token of %s, good for %d hours:%n", USER, ttl.toHours());
        out.println(issuer.device(USER, List.of("*"), Optional.empty(), ttl));
        out.println();
        out.println("Send something, in another terminal:");
        out.printf(
                "./heliograph notify --user %s --type greeting --data '{\"text\":\"hi\"}'%n", USER);
        out.println();
        out.println("Ctrl-C stops it.");
        out.flush();
    }
}
