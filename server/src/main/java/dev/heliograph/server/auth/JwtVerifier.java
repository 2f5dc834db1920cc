package dev.heliograph.server.auth;

import dev.heliograph.server.auth.TokenException.Reason;
import dev.heliograph.server.config.ServerConfig.AuthConfig;
import dev.heliograph.server.log.Channel;
import io.helidon.security.jwt.Jwt;
import io.helidon.security.jwt.JwtValidator;
import io.helidon.security.jwt.SignedJwt;
import io.helidon.security.jwt.jwk.JwkKeys;
import jakarta.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;

/** Verifies JWTs against the installation's keys: PROTOCOL.md section 9. */
public final class JwtVerifier implements TokenVerifier, AutoCloseable {

    /** Tokens travel in one header; HTTP servers and proxies commonly allow 8 KiB. */
    static final int MAX_TOKEN_LENGTH = 8192;

    /** T-2: what clocks of issuer and server may differ. */
    private static final Duration LEEWAY = Duration.ofSeconds(5);

    /** A kid longer than this is no name that an installation gave. */
    private static final int MAX_KID_LENGTH = 256;

    private static final int SEGMENTS = 3;
    private static final Set<String> ALGORITHMS = Set.of("HS256", "RS256", "ES256");

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final JwksSource source;
    private final JwtValidator issuerAndAudience;
    private final Clock clock;

    JwtVerifier(JwksSource source, AuthConfig config, Clock clock) {
        this.source = source;
        this.clock = clock;
        this.issuerAndAudience =
                JwtValidator.builder()
                        .addIssuerValidator(config.issuer())
                        .addAudienceValidator(config.audience())
                        .build();
    }

    /** Reads the key set, and fails when that is not possible. */
    public static JwtVerifier create(AuthConfig config) {
        return new JwtVerifier(
                JwksSource.create(config.jwks(), config.jwksRefresh()), config, Clock.systemUTC());
    }

    @Override
    public Principal verify(String token) throws TokenException {
        String[] segments = split(token);
        JwkKeys keys = keysFor(json(segments[0], "header"));
        SignedJwt signed;
        try {
            signed = SignedJwt.parseToken(token);
        } catch (RuntimeException e) {
            /* The library's message holds the token. */
            throw new TokenException(Reason.MALFORMED, "The token is not a signed JWT");
        }
        if (!signed.verifySignature(keys).isValid()) {
            throw new TokenException(
                    Reason.UNTRUSTED, "The token's signature does not fit the key that it names");
        }
        return principal(signed, json(segments[1], "payload"));
    }

    /** The same, remembering what it verified, for callers that send one token many times. */
    public TokenVerifier remembering() {
        return new RecentTokens(this, source::current, clock);
    }

    /** Ends the refresh of the keys. */
    @Override
    public void close() {
        source.close();
    }

    private static String[] split(String token) throws TokenException {
        if (token.length() > MAX_TOKEN_LENGTH) {
            throw new TokenException(
                    Reason.MALFORMED,
                    "The token is longer than %d characters: %d"
                            .formatted(MAX_TOKEN_LENGTH, token.length()));
        }
        String[] segments = token.split("\\.", -1);
        if (segments.length != SEGMENTS) {
            throw new TokenException(
                    Reason.MALFORMED,
                    "The token has %d segments instead of 3".formatted(segments.length));
        }
        for (String segment : segments) {
            if (!isCanonical(segment)) {
                throw new TokenException(
                        Reason.MALFORMED, "A segment of the token is not base64url as in RFC 7515");
            }
        }
        return segments;
    }

    /**
     * Whether it is the one spelling of its octets: without padding, and with no bit set that is
     * left over. Else one token would have many, each a stranger to whoever remembers tokens.
     */
    private static boolean isCanonical(String segment) {
        try {
            return BASE64.encodeToString(Base64.getUrlDecoder().decode(segment)).equals(segment);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The set with the key that the header names, if the header is one that T-1 allows. */
    private JwkKeys keysFor(JsonObject header) throws TokenException {
        String algorithm = Claims.text(header, "alg");
        if (!ALGORITHMS.contains(algorithm)) {
            throw new TokenException(
                    Reason.UNTRUSTED, "The token's alg is not one of HS256, RS256, ES256");
        }
        if (header.containsKey("crit")) {
            throw new TokenException(
                    Reason.UNTRUSTED, "The token has critical header members, none is understood");
        }
        String kid = Claims.text(header, "kid");
        if (kid.isEmpty() || kid.length() > MAX_KID_LENGTH) {
            throw new TokenException(Reason.UNTRUSTED, "The token names no key (kid)");
        }
        JwkKeys keys =
                source.keysWith(kid)
                        .orElseThrow(
                                () ->
                                        new TokenException(
                                                Reason.UNTRUSTED,
                                                "The token's key (kid) is not in the key set"));
        if (!keys.forKeyId(kid).orElseThrow().algorithm().equals(algorithm)) {
            throw new TokenException(
                    Reason.UNTRUSTED, "The token's alg is not that of the key that it names");
        }
        return keys;
    }

    private Principal principal(SignedJwt signed, JsonObject payload) throws TokenException {
        Instant expiresAt = Claims.requiredTime(payload, "exp");
        Instant notBefore = Claims.time(payload, "nbf").orElse(Instant.MIN);
        Instant issuedAt = Claims.time(payload, "iat").orElse(Instant.MIN);
        Principal principal =
                new Principal(
                        Channel.DEFAULT_TENANT,
                        Claims.text(payload, "sub"),
                        Claims.device(payload),
                        Claims.scopes(payload),
                        Claims.topics(payload),
                        expiresAt);
        requireIssuerAndAudience(signed);
        if (!Channel.validName(principal.subject())) {
            throw new TokenException(
                    Reason.MALFORMED,
                    "The claim sub is missing or not 1 to 128 bytes without control characters and"
                            + " white space");
        }
        Instant now = clock.instant();
        if (now.plus(LEEWAY).isBefore(notBefore) || now.plus(LEEWAY).isBefore(issuedAt)) {
            throw new TokenException(Reason.NOT_YET_VALID, "The token is not valid yet");
        }
        if (!now.minus(LEEWAY).isBefore(expiresAt)) {
            throw new TokenException(Reason.EXPIRED, "The token expired at " + expiresAt);
        }
        return principal;
    }

    private void requireIssuerAndAudience(SignedJwt signed) throws TokenException {
        Jwt jwt;
        try {
            jwt = signed.getJwt();
        } catch (RuntimeException e) {
            throw new TokenException(Reason.MALFORMED, "A claim of the token has the wrong type");
        }
        if (!issuerAndAudience.validate(jwt).isValid()) {
            throw new TokenException(
                    Reason.WRONG_ISSUER_OR_AUDIENCE,
                    "The token's iss or aud is not that of this installation");
        }
    }

    private static JsonObject json(String segment, String what) throws TokenException {
        try {
            return StrictJson.object(Base64.getUrlDecoder().decode(segment));
        } catch (IllegalArgumentException e) {
            throw new TokenException(
                    Reason.MALFORMED,
                    "The token's " + what + " is not one JSON object without repeated members");
        }
    }
}
