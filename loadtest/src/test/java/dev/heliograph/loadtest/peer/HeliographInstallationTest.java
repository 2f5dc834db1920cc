package dev.heliograph.loadtest.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;

import dev.heliograph.server.redis.LocalRedis;
import dev.heliograph.server.testkit.TestKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeliographInstallationTest {

    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);

    @TempDir private Path directory;

    @Test
    void serversGetTheFlagsOfThePlan() throws Exception {
        Path jwks =
                Files.writeString(
                        directory.resolve("jwks.json"), TestKey.jwks(TestKey.hs256("k", SECRET)));
        try (LocalRedis redis = LocalRedis.start(Optional.empty());
                HeliographInstallation _ =
                        HeliographInstallation.start(
                                new Plan(
                                        1,
                                        1,
                                        redis.uri(),
                                        directory,
                                        new Credentials(jwks, SECRET),
                                        List.of("-XX:+UseSerialGC")),
                                Map.of())) {
            for (String server : List.of("gateway-1", "notify-1")) {
                assertThat(
                        Files.readString(directory.resolve(server + ".gc.log")),
                        containsString("Using Serial"));
            }
        }
    }
}
