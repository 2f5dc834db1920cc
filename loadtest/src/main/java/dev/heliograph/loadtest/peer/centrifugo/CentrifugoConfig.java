package dev.heliograph.loadtest.peer.centrifugo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.gson.Gson;
import dev.heliograph.loadtest.peer.Plan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Configuration files, see https://centrifugal.dev/docs/server/configuration. */
final class CentrifugoConfig {

    /** Personal channels: {@code personal:#<user>}. */
    static final String PERSONAL = "personal";

    /** Channels of topics: {@code topic:<topic>}. */
    static final String TOPIC = "topic";

    /** Publications of a channel: as many as a Heliograph channel keeps by default. */
    private static final int HISTORY_SIZE = 1_000;

    /** Longer than any device of the scenarios stays away. */
    private static final String HISTORY_TTL = "10m";

    private CentrifugoConfig() {}

    static String personal(String user) {
        return PERSONAL + ":#" + user;
    }

    static String topic(String topic) {
        return TOPIC + ":" + topic;
    }

    /**
     * The secret as a configuration has it.
     *
     * @throws IOException when it is not text
     */
    static String secret(byte[] secret) throws IOException {
        for (byte character : secret) {
            if (character < ' ' || character > '~') {
                throw new IOException(
                        "Centrifugo takes its secret as text, and the one of this run has other bytes");
            }
        }
        return new String(secret, US_ASCII);
    }

    /** Writes the file of one node. */
    static Path write(Plan plan, int node, int port, String secret, String apiKey) {
        Map<String, Object> config =
                Map.of(
                        "http_server", Map.of("address", "127.0.0.1", "port", port),
                        "log", Map.of("level", "info"),
                        "engine",
                                Map.of(
                                        "type",
                                        "redis",
                                        "redis",
                                        Map.of("address", plan.redis().toString())),
                        "client",
                                Map.of(
                                        "token",
                                        Map.of("hmac_secret_key", secret),
                                        "recovery_max_publication_limit",
                                        HISTORY_SIZE,
                                        "subscribe_to_user_personal_channel",
                                        Map.of(
                                                "enabled",
                                                true,
                                                "personal_channel_namespace",
                                                PERSONAL)),
                        "channel",
                                Map.of(
                                        "namespaces",
                                        List.of(namespace(PERSONAL), namespace(TOPIC))),
                        "http_api", Map.of("key", apiKey),
                        "health", Map.of("enabled", true));
        Path file = plan.directory().resolve("centrifugo-" + node + ".json");
        try {
            return Files.writeString(file, new Gson().toJson(config));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    private static Map<String, Object> namespace(String name) {
        return Map.of(
                "name", name,
                "history_size", HISTORY_SIZE,
                "history_ttl", HISTORY_TTL,
                "force_recovery", true,
                "allow_subscribe_for_client", name.equals(TOPIC));
    }
}
