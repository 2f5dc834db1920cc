package dev.heliograph.loadtest.measure;

import java.util.List;

/**
 * What a recording of a process showed.
 *
 * @param process such as {@code gateway}
 * @param kind such as {@code CPU}
 * @param costs the largest ones, as sentences
 * @param flameGraph a whole page
 */
public record Profile(String process, String kind, List<String> costs, String flameGraph) {
    /** Keeps a copy. */
    public Profile {
        costs = List.copyOf(costs);
    }
}
