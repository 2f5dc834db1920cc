package dev.heliograph.server.log;

import io.lettuce.core.RedisURI;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What {@code heliograph.redis.uri} names.
 *
 * @param mode how its servers work together
 * @param all the servers to begin with; for Sentinel one, which has the Sentinels in it
 */
record RedisUris(Mode mode, List<RedisURI> all) {

    enum Mode {
        SINGLE,
        SENTINEL,
        CLUSTER
    }

    RedisURI first() {
        return all.getFirst();
    }

    /** Reads a URI that the configuration has checked. */
    static RedisUris of(URI uri, Duration timeout) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        Mode mode =
                scheme.endsWith("-sentinel")
                        ? Mode.SENTINEL
                        : scheme.endsWith("-cluster") ? Mode.CLUSTER : Mode.SINGLE;
        List<RedisURI> all =
                mode == Mode.CLUSTER
                        ? cluster(scheme.replace("-cluster", ""), uri.getRawAuthority())
                        : List.of(RedisURI.create(uri.toString()));
        all.forEach(each -> each.setTimeout(timeout));
        return new RedisUris(mode, all);
    }

    private static List<RedisURI> cluster(String scheme, String authority) {
        int at = authority.lastIndexOf('@') + 1;
        String user = authority.substring(0, at);
        return Stream.of(authority.substring(at).split(","))
                .map(server -> RedisURI.create(scheme + "://" + user + server))
                .toList();
    }
}
