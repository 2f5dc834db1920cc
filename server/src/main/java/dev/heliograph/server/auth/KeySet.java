package dev.heliograph.server.auth;

import io.helidon.security.jwt.jwk.Jwk;
import io.helidon.security.jwt.jwk.JwkEC;
import io.helidon.security.jwt.jwk.JwkKeys;
import io.helidon.security.jwt.jwk.JwkOctet;
import io.helidon.security.jwt.jwk.JwkRSA;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;

/** Reads a JSON Web Key Set and keeps the keys that T-1 allows. */
final class KeySet {

    private static final System.Logger LOGGER = System.getLogger(KeySet.class.getName());

    /** RFC 7518 section 3.3. */
    private static final int MIN_RSA_BITS = 2048;

    /** RFC 7518 section 3.2: not shorter than the hash. */
    private static final int MIN_HMAC_BYTES = 32;

    private static final int P256_BITS = 256;

    private KeySet() {}

    /**
     * The usable keys of a set. Others are left out with a warning.
     *
     * @throws IllegalArgumentException when it is no set, or two keys share a {@code kid}
     */
    static JwkKeys parse(byte[] json) {
        JsonObject set = StrictJson.object(json);
        if (!(set.get("keys") instanceof JsonArray entries)) {
            throw new IllegalArgumentException("it has no array \"keys\"");
        }
        JwkKeys.Builder keys = JwkKeys.builder();
        java.util.Set<String> ids = new java.util.HashSet<>();
        for (JsonValue entry : entries) {
            String kid =
                    entry instanceof JsonObject key && key.get("kid") instanceof JsonString id
                            ? id.getString()
                            : "";
            Optional<Jwk> usable = usable(entry, kid);
            if (usable.isPresent()) {
                if (!ids.add(kid)) {
                    throw new IllegalArgumentException("two keys have the kid '" + kid + "'");
                }
                keys.addKey(usable.get());
            }
        }
        return keys.build();
    }

    private static Optional<Jwk> usable(JsonValue entry, String kid) {
        try {
            if (kid.isEmpty()) {
                throw new IllegalArgumentException("it has no kid");
            }
            Jwk key = Jwk.create(entry.asJsonObject());
            requireAllowed(key);
            return Optional.of(key);
        } catch (RuntimeException e) {
            /* What the library says may hold key material, so only the type of its errors is told. */
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "The key ''{0}'' of the key set is not used: {1}",
                    kid,
                    e instanceof IllegalArgumentException
                            ? e.getMessage()
                            : "it cannot be read (" + e.getClass().getSimpleName() + ")");
            return Optional.empty();
        }
    }

    private static void requireAllowed(Jwk key) {
        boolean allowed =
                switch (key) {
                    case JwkOctet octet ->
                            octet.algorithm().equals(JwkOctet.ALG_HS256)
                                    && octet.getKeyBytes().length >= MIN_HMAC_BYTES;
                    case JwkRSA rsa ->
                            rsa.algorithm().equals(JwkRSA.ALG_RS256)
                                    && ((RSAPublicKey) rsa.publicKey()).getModulus().bitLength()
                                            >= MIN_RSA_BITS;
                    case JwkEC ec ->
                            ec.algorithm().equals(JwkEC.ALG_ES256)
                                    && ((ECPublicKey) ec.publicKey())
                                                    .getParams()
                                                    .getOrder()
                                                    .bitLength()
                                            == P256_BITS;
                    default -> false;
                };
        if (!allowed) {
            throw new IllegalArgumentException(
                    "it has to be HS256 with 256 bits, RS256 with 2048 bits or more, or ES256 on"
                            + " P-256, not "
                            + key.algorithm()
                            + " of another size");
        }
    }
}
