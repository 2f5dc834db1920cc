package dev.heliograph.server.auth;

import dev.heliograph.server.auth.TokenException.Reason;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the claims of T-2 and T-3 with their exact types. */
final class Claims {

    /** The last second of the year 9999: what a claim beyond it means nobody can say. */
    private static final BigDecimal LATEST = BigDecimal.valueOf(253_402_300_799L);

    /** Longest number text that is looked at: 1e999999999 would take all memory as an integer. */
    private static final int MAX_DIGITS = 20;

    /** C-10. */
    private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

    private Claims() {}

    /** A text; empty when absent. */
    static String text(JsonObject json, String name) throws TokenException {
        return switch (json.get(name)) {
            case null -> "";
            case JsonString text -> text.getString();
            default -> throw malformed(name, "a string");
        };
    }

    /** Whole seconds since 1970. */
    static Optional<Instant> time(JsonObject json, String name) throws TokenException {
        JsonValue value = json.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof JsonNumber number)) {
            throw malformed(name, "a whole number of seconds");
        }
        BigDecimal seconds = number.bigDecimalValue();
        if (seconds.precision() > MAX_DIGITS
                || seconds.signum() < 0
                || seconds.compareTo(LATEST) > 0
                || seconds.stripTrailingZeros().scale() > 0) {
            throw malformed(name, "a whole number of seconds up to the year 9999");
        }
        return Optional.of(Instant.ofEpochSecond(seconds.longValueExact()));
    }

    /** Like {@link #time}, for a claim that has to be there. */
    static Instant requiredTime(JsonObject json, String name) throws TokenException {
        return time(json, name).orElseThrow(() -> malformed(name, "present"));
    }

    /** The bound device id, if there is one. */
    static Optional<String> device(JsonObject json) throws TokenException {
        if (!json.containsKey("device")) {
            return Optional.empty();
        }
        String device = text(json, "device");
        if (!DEVICE.matcher(device).matches()) {
            throw malformed("device", "1 to 64 characters of A-Z a-z 0-9 . _ : -");
        }
        return Optional.of(device);
    }

    /** The words of {@code scope}. */
    static Set<String> scopes(JsonObject json) throws TokenException {
        String scope = text(json, "scope").strip();
        return scope.isEmpty() ? Set.of() : Set.copyOf(List.of(scope.split(" +")));
    }

    /** The entries of {@code topics}. */
    static List<String> topics(JsonObject json) throws TokenException {
        JsonValue value = json.get("topics");
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof JsonArray array)) {
            throw malformed("topics", "an array of strings");
        }
        List<String> topics = new ArrayList<>(array.size());
        for (JsonValue entry : array) {
            if (!(entry instanceof JsonString topic)) {
                throw malformed("topics", "an array of strings");
            }
            topics.add(topic.getString());
        }
        return List.copyOf(topics);
    }

    private static TokenException malformed(String name, String shouldBe) {
        return new TokenException(
                Reason.MALFORMED, "'%s' of the token has to be %s".formatted(name, shouldBe));
    }
}
