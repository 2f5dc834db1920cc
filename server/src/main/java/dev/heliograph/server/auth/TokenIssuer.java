package dev.heliograph.server.auth;

import io.helidon.security.jwt.Jwt;
import io.helidon.security.jwt.SignedJwt;
import io.helidon.security.jwt.jwk.Jwk;
import io.helidon.security.jwt.jwk.JwkOctet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Mints HS256 tokens with the key in a JWK set file. The same file can be the server's {@code
 * heliograph.auth.jwks}, so it is fit for one's own machine and for tests; an installation has its
 * identity provider.
 */
public final class TokenIssuer {

    private static final int KEY_BYTES = 32;

    private final Jwk key;
    private final String issuer;
    private final String audience;
    private final Clock clock;

    private TokenIssuer(Jwk key, String issuer, String audience) {
        this.key = key;
        this.issuer = issuer;
        this.audience = audience;
        this.clock = Clock.systemUTC();
    }

    /**
     * An issuer with the first HS256 key of the file.
     *
     * @throws IOException when the file cannot be read
     * @throws IllegalArgumentException when it has no such key
     */
    public static TokenIssuer create(Path jwkFile, String issuer, String audience)
            throws IOException {
        Jwk key =
                KeySet.parse(Files.readAllBytes(jwkFile)).keys().stream()
                        .filter(JwkOctet.class::isInstance)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "No HS256 key in the file " + jwkFile));
        return new TokenIssuer(key, issuer, audience);
    }

    /**
     * Writes a key set with one random HS256 key that only the owner can read. The key is text,
     * since many programs take their secret in no other way. An existing file is left alone.
     *
     * @throws IOException when the file exists or cannot be written
     */
    public static void createKey(Path jwkFile) throws IOException {
        SecureRandom random = new SecureRandom();
        byte[] entropy = new byte[KEY_BYTES];
        random.nextBytes(entropy);
        byte[] secret = HexFormat.of().formatHex(entropy).getBytes(StandardCharsets.US_ASCII);
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String json =
                """
                {"keys":[{"kty":"oct","alg":"HS256","use":"sig","kid":"local-%08x","k":"%s"}]}
                """
                        .formatted(random.nextInt(), base64.encodeToString(secret));
        Files.createFile(
                jwkFile,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(jwkFile, json, StandardOpenOption.WRITE);
    }

    /** A token with which a device of the user may connect. */
    public String device(
            String user, List<String> topics, Optional<String> deviceId, Duration ttl) {
        Jwt.Builder jwt = claims(user, Principal.SCOPE_CONNECT, ttl);
        if (!topics.isEmpty()) {
            jwt.addPayloadClaim("topics", topics);
        }
        deviceId.ifPresent(id -> jwt.addPayloadClaim("device", id));
        return sign(jwt);
    }

    /** A token with which a service may call the Notify API. */
    public String producer(String service, Duration ttl) {
        return sign(claims(service, Principal.SCOPE_NOTIFY, ttl));
    }

    private Jwt.Builder claims(String subject, String scope, Duration ttl) {
        Instant now = clock.instant();
        return Jwt.builder()
                .algorithm(JwkOctet.ALG_HS256)
                .keyId(key.keyId())
                .issuer(issuer)
                .addAudience(audience)
                .subject(subject)
                .addPayloadClaim("scope", scope)
                .issueTime(now)
                .expirationTime(now.plus(ttl));
    }

    private String sign(Jwt.Builder jwt) {
        return SignedJwt.sign(jwt.build(), key).tokenContent();
    }
}
