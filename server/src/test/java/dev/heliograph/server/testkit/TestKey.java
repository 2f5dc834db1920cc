package dev.heliograph.server.testkit;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A key that signs whatever header and payload a test wants, right or wrong. */
public final class TestKey {

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final int P256_BYTES = 32;

    private final String alg;
    private final String kid;
    private final String jwk;
    private final Signer signer;
    private final byte[] encodedPublicKey;

    private TestKey(String alg, String kid, String jwk, byte[] encodedPublicKey, Signer signer) {
        this.alg = alg;
        this.kid = kid;
        this.jwk = jwk;
        this.encodedPublicKey = encodedPublicKey;
        this.signer = signer;
    }

    /** Signs bytes. */
    @FunctionalInterface
    private interface Signer {
        byte[] sign(byte[] bytes) throws GeneralSecurityException;
    }

    /** A random HS256 key. */
    public static TestKey hs256(String kid) {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return hs256(kid, secret);
    }

    /** An HS256 key with this secret. */
    public static TestKey hs256(String kid, byte[] secret) {
        String jwk =
                "{\"kty\":\"oct\",\"alg\":\"HS256\",\"kid\":\"%s\",\"k\":\"%s\"}"
                        .formatted(kid, BASE64.encodeToString(secret));
        return new TestKey("HS256", kid, jwk, new byte[0], bytes -> hmac(secret, bytes));
    }

    /** A random RS256 key. */
    public static TestKey rs256(String kid, int bits) {
        KeyPair pair = pair("RSA", bits);
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        String jwk =
                "{\"kty\":\"RSA\",\"alg\":\"RS256\",\"kid\":\"%s\",\"n\":\"%s\",\"e\":\"%s\"}"
                        .formatted(
                                kid,
                                BASE64.encodeToString(unsigned(key.getModulus())),
                                BASE64.encodeToString(unsigned(key.getPublicExponent())));
        return asymmetric("RS256", "SHA256withRSA", kid, jwk, pair);
    }

    /** A random ES256 key. */
    public static TestKey es256(String kid) {
        KeyPair pair = pair("EC", 256);
        ECPublicKey key = (ECPublicKey) pair.getPublic();
        String jwk =
                "{\"kty\":\"EC\",\"alg\":\"ES256\",\"crv\":\"P-256\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}"
                        .formatted(
                                kid,
                                BASE64.encodeToString(padded(key.getW().getAffineX())),
                                BASE64.encodeToString(padded(key.getW().getAffineY())));
        return asymmetric("ES256", "SHA256withECDSAinP1363Format", kid, jwk, pair);
    }

    /** The JWKS with the public (or shared) parts of the keys. */
    public static String jwks(TestKey... keys) {
        return Stream.of(keys)
                .map(key -> key.jwk)
                .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    }

    /** A JWT with the usual header. */
    public String token(String payload) {
        return token("{\"alg\":\"%s\",\"kid\":\"%s\"}".formatted(alg, kid), payload);
    }

    /** A JWT with this header and payload, signed by this key whatever the header says. */
    public String token(String header, String payload) {
        String signed = encode(header) + "." + encode(payload);
        try {
            return signed
                    + "."
                    + BASE64.encodeToString(
                            signer.sign(signed.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The public key as X.509 bytes, for key confusion. */
    public byte[] encodedPublicKey() {
        return encodedPublicKey.clone();
    }

    /** Base64url without padding. */
    public static String encode(String text) {
        return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static TestKey asymmetric(
            String alg, String algorithm, String kid, String jwk, KeyPair pair) {
        PublicKey key = pair.getPublic();
        return new TestKey(
                alg,
                kid,
                jwk,
                key.getEncoded(),
                bytes -> {
                    Signature signature = Signature.getInstance(algorithm);
                    signature.initSign(pair.getPrivate());
                    signature.update(bytes);
                    return signature.sign();
                });
    }

    private static KeyPair pair(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            } else {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] secret, byte[] bytes) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return mac.doFinal(bytes);
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    private static byte[] padded(BigInteger number) {
        byte[] bytes = unsigned(number);
        byte[] padded = new byte[P256_BYTES];
        System.arraycopy(bytes, 0, padded, P256_BYTES - bytes.length, bytes.length);
        return padded;
    }
}
