package dev.heliograph.server.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The web pages that may connect. A program that is no browser sends no Origin and always may.
 *
 * @param patterns {@code https://app.example.com}, or {@code https://*.example.com} for all names
 *     below one; empty: any page
 */
public record AllowedOrigins(List<String> patterns) {

    private static final Pattern SHAPE =
            Pattern.compile("[a-z][a-z0-9+.-]*://(\\*\\.)?[^/*\\s,@?#]+");

    private static final String ANY_NAME = "://*.";

    /**
     * Checks each pattern.
     *
     * @throws IllegalArgumentException when one has another shape
     */
    public AllowedOrigins {
        patterns = patterns.stream().map(each -> each.toLowerCase(Locale.ROOT)).toList();
        for (String pattern : patterns) {
            if (!SHAPE.matcher(pattern).matches()) {
                throw new IllegalArgumentException("Not an origin: " + pattern);
            }
        }
    }

    /** Whether a request with this Origin may go on. */
    public boolean allow(Optional<String> origin) {
        return patterns.isEmpty()
                || origin.isEmpty()
                || patterns.stream()
                        .anyMatch(each -> fits(each, origin.get().toLowerCase(Locale.ROOT)));
    }

    private static boolean fits(String pattern, String origin) {
        int star = pattern.indexOf(ANY_NAME);
        if (star < 0) {
            return pattern.equals(origin);
        }
        int name = star + ANY_NAME.length() - 2;
        String domain = pattern.substring(name + 1);
        return origin.startsWith(pattern.substring(0, name))
                && origin.endsWith(domain)
                && origin.length() > name + domain.length()
                && origin.indexOf('/', name) < 0;
    }
}
