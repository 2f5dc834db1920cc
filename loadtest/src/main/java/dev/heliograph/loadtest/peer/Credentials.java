package dev.heliograph.loadtest.peer;

import dev.heliograph.server.auth.TokenIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What tokens are signed with (HS256): the same for all systems.
 *
 * @param jwks a key set file with the key, for systems that read one
 * @param secret the key's bytes, for systems that take it as such
 */
public record Credentials(Path jwks, byte[] secret) {

    private static final Pattern KEY = Pattern.compile("\"k\":\"([^\"]+)\"");

    /** New ones, with a random key, in a file of the directory. */
    public static Credentials create(Path directory) throws IOException {
        Path jwks = directory.resolve("jwks.json");
        TokenIssuer.createKey(jwks);
        return of(jwks);
    }

    /** Those in a key set file. */
    public static Credentials of(Path jwks) throws IOException {
        Matcher key = KEY.matcher(Files.readString(jwks));
        if (!key.find()) {
            throw new IOException("No key in " + jwks);
        }
        return new Credentials(jwks, Base64.getUrlDecoder().decode(key.group(1)));
    }

    /** Keeps a copy. */
    public Credentials {
        secret = secret.clone();
    }

    @Override
    public byte[] secret() {
        return secret.clone();
    }
}
