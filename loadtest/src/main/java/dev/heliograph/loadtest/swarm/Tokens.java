package dev.heliograph.loadtest.swarm;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs devices' tokens, by HS256 in some microseconds, so that thousands a second can be signed on
 * an event loop. By ES256 it takes a hundred, and no two signatures are equal, so a device keeps
 * its token, as apps do. Belongs to the loop.
 */
final class Tokens {

    private static final String ISSUER = "heliograph";
    private static final String MAC = "HmacSHA256";

    /** Longer than any run. */
    private static final Duration LIFE = Duration.ofHours(24);

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final boolean symmetric;
    private final UnaryOperator<byte[]> signer;
    private final String header;
    private final String claims;
    /* By user; of those that are dear only. */
    private final Map<String, String> kept = new HashMap<>();

    /**
     * With the first key of a key set that can sign.
     *
     * @param topics that the tokens allow: names, or beginnings of names with an asterisk
     */
    Tokens(Path jwks, String... topics) throws IOException {
        JsonObject key = signingKey(jwks);
        symmetric = key.has("k");
        try {
            signer = symmetric ? hs256(bytes(key, "k")) : es256(bytes(key, "d"));
        } catch (GeneralSecurityException e) {
            throw new IOException("The key in " + jwks + " cannot be used", e);
        }
        JsonObject head = new JsonObject();
        head.addProperty("alg", symmetric ? "HS256" : "ES256");
        head.addProperty("typ", "JWT");
        if (key.has("kid")) {
            head.add("kid", key.get("kid"));
        }
        header = BASE64.encodeToString(head.toString().getBytes(StandardCharsets.UTF_8)) + ".";
        JsonArray allowed = new JsonArray();
        for (String topic : topics) {
            allowed.add(topic);
        }
        claims =
                "\",\"iss\":\"%s\",\"aud\":\"%s\",\"scope\":\"connect\",\"topics\":%s,\"exp\":%d}"
                        .formatted(
                                ISSUER, ISSUER, allowed, Instant.now().plus(LIFE).getEpochSecond());
    }

    /** A token for a user whose name needs no escapes. */
    String sign(String user) {
        return symmetric ? signed(user) : kept.computeIfAbsent(user, this::signed);
    }

    private String signed(String user) {
        String payload = "{\"sub\":\"" + user + claims;
        String signed = header + BASE64.encodeToString(payload.getBytes(StandardCharsets.UTF_8));
        byte[] signature = signer.apply(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + BASE64.encodeToString(signature);
    }

    private static UnaryOperator<byte[]> hs256(byte[] secret) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(MAC);
        mac.init(new SecretKeySpec(secret, MAC));
        return mac::doFinal;
    }

    private static UnaryOperator<byte[]> es256(byte[] number) throws GeneralSecurityException {
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        PrivateKey key =
                KeyFactory.getInstance("EC")
                        .generatePrivate(
                                new ECPrivateKeySpec(
                                        new BigInteger(1, number),
                                        curve.getParameterSpec(ECParameterSpec.class)));
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(key);
        return text -> {
            try {
                signature.update(text);
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("It has signed before", e);
            }
        };
    }

    private static byte[] bytes(JsonObject key, String member) {
        return Base64.getUrlDecoder().decode(key.get(member).getAsString());
    }

    private static JsonObject signingKey(Path jwks) throws IOException {
        JsonArray keys =
                JsonParser.parseString(Files.readString(jwks))
                        .getAsJsonObject()
                        .getAsJsonArray("keys");
        for (JsonElement element : keys) {
            JsonObject key = element.getAsJsonObject();
            boolean onP256 = key.has("crv") && "P-256".equals(key.get("crv").getAsString());
            if (key.has("k") || (onP256 && key.has("d"))) {
                return key;
            }
        }
        throw new IOException(
                "No HS256 key and no ES256 key with its private part in the file " + jwks);
    }
}
