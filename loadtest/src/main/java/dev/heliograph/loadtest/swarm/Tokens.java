package dev.heliograph.loadtest.swarm;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs a device's token (HS256) in some microseconds, so that thousands a second can be signed on
 * an event loop. Belongs to that loop.
 */
final class Tokens {

    private static final String ISSUER = "heliograph";
    private static final String ALGORITHM = "HmacSHA256";

    /** Longer than any run. */
    private static final Duration LIFE = Duration.ofHours(24);

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final Mac mac;
    private final String header;
    private final String claims;

    /**
     * With the first symmetric key of a key set.
     *
     * @param topics that the tokens allow: names, or beginnings of names with an asterisk
     */
    Tokens(Path jwks, String... topics) throws IOException {
        JsonObject key = symmetricKey(jwks);
        byte[] secret = Base64.getUrlDecoder().decode(key.get("k").getAsString());
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IOException("The key in " + jwks + " cannot be used", e);
        }
        JsonObject head = new JsonObject();
        head.addProperty("alg", "HS256");
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
        String payload = "{\"sub\":\"" + user + claims;
        String signed = header + BASE64.encodeToString(payload.getBytes(StandardCharsets.UTF_8));
        byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + BASE64.encodeToString(signature);
    }

    private static JsonObject symmetricKey(Path jwks) throws IOException {
        JsonArray keys =
                JsonParser.parseString(Files.readString(jwks))
                        .getAsJsonObject()
                        .getAsJsonArray("keys");
        for (JsonElement key : keys) {
            JsonObject read = key.getAsJsonObject();
            if (read.has("kty") && "oct".equals(read.get("kty").getAsString())) {
                return read;
            }
        }
        throw new IOException("No HS256 key in the file " + jwks);
    }
}
