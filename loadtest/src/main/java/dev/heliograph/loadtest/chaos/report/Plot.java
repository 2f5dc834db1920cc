package dev.heliograph.loadtest.chaos.report;

import java.util.Locale;

/** Parts of an SVG picture. Colours come from the page's style sheet, by class. */
final class Plot {

    private final StringBuilder svg = new StringBuilder();

    Plot(int width, int height, String title) {
        svg.append(
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
                        .formatted(width, height, escaped(title)));
    }

    Plot line(double x1, double y1, double x2, double y2, String style) {
        return add(
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>",
                x1, y1, x2, y2, style);
    }

    Plot text(double x, double y, String style, String text) {
        return add(
                "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>", x, y, style, escaped(text));
    }

    /** A title whose parts, each with its style, name the lines below it. */
    Plot legend(double x, double y, String title, String... stylesAndNames) {
        StringBuilder parts = new StringBuilder(escaped(title));
        for (int i = 0; i < stylesAndNames.length; i += 2) {
            parts.append(
                    "<tspan dx=\"12\" class=\"%s\">%s</tspan>"
                            .formatted(stylesAndNames[i], escaped(stylesAndNames[i + 1])));
        }
        return add("<text x=\"%.1f\" y=\"%.1f\" class=\"title\">%s</text>", x, y, parts);
    }

    Plot path(String points, String style) {
        return add("<path d=\"%s\" class=\"%s\"/>", points, style);
    }

    /** A box that says what it is when it is pointed at. */
    Plot box(double x, double y, double width, double height, String style, String says) {
        return add(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\""
                        + " class=\"%s\"><title>%s</title></rect>",
                x, y, width, height, style, escaped(says));
    }

    private Plot add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
        return this;
    }

    String done() {
        return svg + "</svg>";
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
