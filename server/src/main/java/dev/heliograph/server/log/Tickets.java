package dev.heliograph.server.log;

import static dev.heliograph.server.log.RedisLog.ascii;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Tickets: each stands for what its holder may do, can be used once and for a short time, on any
 * gateway. Redis holds their hashes only.
 */
public final class Tickets {

    /** From a page's request for one to the request that it makes with it. */
    private static final Duration LIFE = Duration.ofSeconds(30);

    /** Live ones per user; one more makes the oldest go. As many as devices of a user. */
    private static final int MAX_PER_USER = SessionDirectory.MAX_DEVICES;

    private static final int SECRET_BYTES = 32;

    /** Digits of the part that says where a ticket is kept: one such place has few users. */
    private static final int PLACE_DIGITS = 16;

    private static final byte[] MAX = ascii(MAX_PER_USER);

    private final RedisPipes control;
    private final Duration life;
    private final SecureRandom random = new SecureRandom();

    Tickets(RedisPipes control) {
        this(control, LIFE);
    }

    Tickets(RedisPipes control, Duration life) {
        this.control = control;
        this.life = life;
    }

    /** How long a ticket can be used. */
    public Duration life() {
        return life;
    }

    /**
     * A new ticket, fit for a URL. Fails with a {@link LogException}.
     *
     * @param inbox of the user whom it belongs to
     * @param holder what {@link #redeem} returns; no line breaks
     */
    public CompletableFuture<String> issue(Channel inbox, String holder) {
        String place = digest(inbox.tenant() + '/' + inbox.name()).substring(0, PLACE_DIGITS);
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        String ticket =
                place + '.' + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        return control.run(
                        Script.ISSUE,
                        List.of(Keys.tickets(place)),
                        ascii(digest(ticket)),
                        holder.getBytes(UTF_8),
                        ascii(life.toMillis()),
                        MAX)
                .thenApply(_ -> ticket);
    }

    /**
     * Uses a ticket up; empty when it is none, has expired or was used. Fails with a {@link
     * LogException}.
     */
    public CompletableFuture<Optional<String>> redeem(String ticket) {
        int dot = ticket.indexOf('.');
        if (dot != PLACE_DIGITS || !US_ASCII.newEncoder().canEncode(ticket)) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return control.run(
                        Script.REDEEM,
                        List.of(Keys.tickets(ticket.substring(0, dot))),
                        ascii(digest(ticket)))
                .thenApply(reply -> new String((byte[]) reply.getFirst(), UTF_8))
                .thenApply(holder -> Optional.of(holder).filter(it -> !it.isEmpty()));
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
