package dev.heliograph.server.auth;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.server.config.ServerConfig.AuthConfig;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenIssuerTest {

    @TempDir Path directory;

    @Test
    void mintsTokensThatTheServerTrusts() throws Exception {
        Path file = directory.resolve("key.json");
        TokenIssuer.createKey(file);
        TokenIssuer issuer = TokenIssuer.create(file, "me", "you");
        AuthConfig config = new AuthConfig(file.toString(), Duration.ofHours(1), "me", "you");
        try (JwtVerifier verifier = JwtVerifier.create(config)) {
            Principal device =
                    verifier.verify(
                            issuer.device(
                                    "alice",
                                    List.of("news", "team-*"),
                                    Optional.of("phone"),
                                    Duration.ofMinutes(1)));
            assertThat(device.subject(), is("alice"));
            assertThat(device.scopes(), is(Set.of("connect")));
            assertThat(device.device(), is(Optional.of("phone")));
            assertThat(device.topics(), contains("news", "team-*"));
            Principal producer = verifier.verify(issuer.producer("shop", Duration.ofMinutes(1)));
            assertThat(producer.scopes(), is(Set.of("notify")));
        }
    }

    @Test
    void onlyTheOwnerCanReadAKeyAndNoKeyIsOverwritten() throws IOException {
        Path file = directory.resolve("key.json");
        TokenIssuer.createKey(file);
        assertThat(
                PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
                is("rw-------"));
        assertThrows(FileAlreadyExistsException.class, () -> TokenIssuer.createKey(file));
    }
}
