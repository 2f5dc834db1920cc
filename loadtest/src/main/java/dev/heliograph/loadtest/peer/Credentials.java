package dev.heliograph.loadtest.peer;

import java.nio.file.Path;

/**
 * What tokens are signed with (HS256): the same for all systems.
 *
 * @param jwks a key set file with the key, for systems that read one
 * @param secret the key's bytes, for systems that take it as such
 */
public record Credentials(Path jwks, byte[] secret) {

    /** Keeps a copy. */
    public Credentials {
        secret = secret.clone();
    }

    @Override
    public byte[] secret() {
        return secret.clone();
    }
}
