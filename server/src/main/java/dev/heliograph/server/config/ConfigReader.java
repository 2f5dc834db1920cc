package dev.heliograph.server.config;

import dev.heliograph.server.config.ServerConfig.Role;
import io.helidon.config.Config;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads single values below {@code heliograph} and says which key is wrong, and how. */
final class ConfigReader {

    static final String ROOT = "heliograph";

    /** What local installations of Redis listen on. */
    private static final String DEFAULT_REDIS_URI = "redis://127.0.0.1:6379";

    private static final Pattern SHORT_DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern NODE = Pattern.compile("[a-z0-9-]{1,63}");
    private static final Pattern USER_INFO = Pattern.compile("//[^/@]*@");

    /** One or more, with ports. */
    private static final Pattern SERVERS =
            Pattern.compile("[^\\s,:@/]+:\\d{1,5}(,[^\\s,:@/]+:\\d{1,5})*");

    /** Leaves room in a node name for the random part. */
    private static final int MAX_HOST_CHARS = 40;

    private final Config root;

    ConfigReader(Config root) {
        this.root = root;
    }

    /** A text; empty when the key is absent or blank. */
    Optional<String> text(String key) {
        return root.get(ROOT + "." + key)
                .asString()
                .asOptional()
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    String requiredText(String key, String hint) {
        return text(key)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "%s.%s is not set: %s".formatted(ROOT, key, hint)));
    }

    int integer(String key, int min, int max) {
        String shape = "a whole number from %d to %d".formatted(min, max);
        String value = requiredText(key, "it has to be " + shape);
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw bad(key, value, shape);
        }
        throw bad(key, value, shape);
    }

    /** Empty when the key is {@code auto} or absent: the number follows from something else. */
    OptionalInt integerOrAuto(String key, int min, int max) {
        return text(key).filter(value -> !value.equals("auto")).isPresent()
                ? OptionalInt.of(integer(key, min, max))
                : OptionalInt.empty();
    }

    /** {@code true} or {@code false}. */
    boolean bool(String key) {
        String shape = "true or false";
        String value = requiredText(key, "it has to be " + shape);
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw bad(key, value, shape);
        };
    }

    /** Addresses and ranges with commas between; none when the key is absent or blank. */
    List<AddressRange> addressRanges(String key) {
        try {
            return list(key).stream().map(AddressRange::parse).toList();
        } catch (IllegalArgumentException e) {
            throw bad(
                    key,
                    text(key).orElse(""),
                    "IP addresses or ranges such as 10.0.0.0/8 or fd00::/8 with commas between");
        }
    }

    /** Origins with commas between; none when the key is absent or blank. */
    AllowedOrigins origins(String key) {
        try {
            return new AllowedOrigins(list(key));
        } catch (IllegalArgumentException e) {
            throw bad(
                    key,
                    text(key).orElse(""),
                    "origins such as https://app.example.com or https://*.example.com with commas"
                            + " between");
        }
    }

    private List<String> list(String key) {
        return text(key).stream()
                .flatMap(value -> Stream.of(value.split(",", -1)))
                .map(String::strip)
                .toList();
    }

    /** ISO-8601 such as {@code PT25S}, or a number with ms, s, m, h or d. */
    Duration duration(String key, Duration min, Duration max) {
        String shape =
                "a time from %s to %s, such as 500ms, 25s, 10m, 24h, 7d or PT25S"
                        .formatted(min, max);
        String value = requiredText(key, "it has to be " + shape);
        Duration parsed = parseDuration(value).orElseThrow(() -> bad(key, value, shape));
        if (parsed.compareTo(min) < 0 || parsed.compareTo(max) > 0) {
            throw bad(key, value, shape);
        }
        return parsed;
    }

    /** Empty when the key is {@code none} or absent. */
    Optional<Duration> durationOrNone(String key, Duration min, Duration max) {
        return text(key)
                .filter(value -> !value.equals("none"))
                .map(value -> duration(key, min, max));
    }

    Optional<Path> path(String key) {
        return text(key).map(Path::of);
    }

    Set<Role> roles() {
        String shape = "notify, gateway or both with a comma between";
        String value = requiredText("roles", "it has to be " + shape);
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String word : value.split(",", -1)) {
            try {
                roles.add(Role.valueOf(word.strip().toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw bad("roles", value, shape);
            }
        }
        return Set.copyOf(roles);
    }

    /** The given name, else one that no other process has. */
    String node() {
        Optional<String> given = text("node");
        if (given.isPresent()) {
            if (!NODE.matcher(given.get()).matches()) {
                throw bad("node", given.get(), "1 to 63 characters of a-z 0-9 -");
            }
            return given.get();
        }
        String host = hostName().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "-");
        return "%s-%06x"
                .formatted(
                        host.substring(0, Math.min(host.length(), MAX_HOST_CHARS)),
                        ThreadLocalRandom.current().nextInt(1 << 24));
    }

    /** {@code heliograph.redis.uri}, else the variable {@code REDIS_URI}, else a local Redis. */
    URI redisUri() {
        Optional<String> own = text("redis.uri");
        String value =
                own.or(() -> root.get("REDIS_URI").asString().asOptional())
                        .map(String::strip)
                        .filter(uri -> !uri.isEmpty())
                        .orElse(DEFAULT_REDIS_URI);
        try {
            URI uri = URI.create(value);
            if (namesRedis(uri)) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw badRedisUri(own.isPresent(), value);
        }
        throw badRedisUri(own.isPresent(), value);
    }

    private static boolean namesRedis(URI uri) {
        if (uri.getScheme() == null || uri.getRawAuthority() == null) {
            return false;
        }
        String authority = uri.getRawAuthority();
        boolean serversHavePorts =
                SERVERS.matcher(authority.substring(authority.lastIndexOf('@') + 1)).matches();
        return switch (uri.getScheme()) {
            case "redis", "rediss" -> uri.getHost() != null;
            case "redis-sentinel", "rediss-sentinel" ->
                    serversHavePorts && uri.getFragment() != null && !uri.getFragment().isEmpty();
            case "redis-cluster", "rediss-cluster" ->
                    serversHavePorts && uri.getFragment() == null && uri.getRawPath().isEmpty();
            default -> false;
        };
    }

    private static IllegalArgumentException badRedisUri(boolean own, String value) {
        return new IllegalArgumentException(
                ("%s has to be redis://[:password@]host:port[/db],"
                                + " redis-sentinel://[:password@]sentinel:port,sentinel:port[/db]#name or"
                                + " redis-cluster://[:password@]host:port,host:port, or the same with"
                                + " rediss for TLS, not '%s'")
                        .formatted(
                                own ? ROOT + ".redis.uri" : "REDIS_URI",
                                USER_INFO.matcher(value).replaceAll("//***@")));
    }

    private static Optional<Duration> parseDuration(String value) {
        Matcher matcher = SHORT_DURATION.matcher(value);
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            return Optional.of(
                    switch (matcher.group(2)) {
                        case "ms" -> Duration.ofMillis(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "h" -> Duration.ofHours(amount);
                        default -> Duration.ofDays(amount);
                    });
        }
        try {
            return Optional.of(Duration.parse(value));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static IllegalArgumentException bad(String key, String value, String shape) {
        return new IllegalArgumentException(
                "%s.%s has to be %s, not '%s'".formatted(ROOT, key, shape, value));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "node";
        }
    }
}
