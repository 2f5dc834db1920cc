package dev.heliograph.loadtest.chaos.check;

import java.util.List;

/**
 * Something wrong in a history.
 *
 * @param device {@code user/device}; empty when it concerns none
 * @param channel empty when it concerns none
 * @param text what is wrong, for people
 * @param evidence the lines that show it, as {@code file:line text}
 */
public record Finding(
        FindingKind kind, String device, String channel, String text, List<String> evidence) {

    /** Keeps a copy. */
    public Finding {
        evidence = List.copyOf(evidence);
    }

    @Override
    public String toString() {
        StringBuilder shown = new StringBuilder(kind + " " + device + " " + channel + ": " + text);
        evidence.forEach(line -> shown.append("\n    ").append(line));
        return shown.toString();
    }
}
