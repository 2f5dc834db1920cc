package dev.heliograph.loadtest.peer;

import dev.heliograph.server.auth.TokenIssuer;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What tokens are signed with: the same for all systems.
 *
 * @param jwks a key set file with the keys, for systems that read one
 * @param secret the bytes of the HS256 key, for systems that take it as such
 */
public record Credentials(Path jwks, byte[] secret) {

    private static final int COORDINATE_BYTES = 32;

    private static final Pattern KEY = Pattern.compile("\"k\":\"([^\"]+)\"");

    /**
     * New ones, with random keys, in a file of the directory.
     *
     * @param devices what tokens of devices are signed with: the key for that comes first
     */
    public static Credentials create(Path directory, TokenAlgorithm devices) throws IOException {
        Path jwks = directory.resolve("jwks.json");
        TokenIssuer.createKey(jwks);
        if (devices == TokenAlgorithm.ES256) {
            Files.writeString(
                    jwks, Files.readString(jwks).replaceFirst("\\[", "[" + keyPair() + ","));
        }
        return of(jwks);
    }

    private static String keyPair() throws IOException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            ECPoint point = ((ECPublicKey) pair.getPublic()).getW();
            return """
                {"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"devices","x":"%s","y":"%s","d":"%s"}"""
                    .formatted(
                            coordinate(point.getAffineX()),
                            coordinate(point.getAffineY()),
                            coordinate(((ECPrivateKey) pair.getPrivate()).getS()));
        } catch (GeneralSecurityException e) {
            throw new IOException("No key pair can be made", e);
        }
    }

    /** 32 bytes, as RFC 7518 has them. */
    private static String coordinate(BigInteger number) {
        byte[] bytes = new byte[COORDINATE_BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = number.shiftRight(Byte.SIZE * (bytes.length - 1 - i)).byteValue();
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
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
