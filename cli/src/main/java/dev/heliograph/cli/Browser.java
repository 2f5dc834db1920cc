package dev.heliograph.cli;

import java.io.IOException;
import java.util.Locale;

/** Opens pages in the user's browser, where there is a desktop. */
final class Browser {

    private Browser() {}

    /** Tries it, and leaves it at that: the address stands in the terminal. */
    static void open(String url) {
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
        boolean desktop =
                System.getenv("DISPLAY") != null || System.getenv("WAYLAND_DISPLAY") != null;
        if (System.console() == null || (!mac && !desktop)) {
            return;
        }
        try {
            Process opener =
                    new ProcessBuilder(mac ? "open" : "xdg-open", url)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            opener.getOutputStream().close();
        } catch (IOException e) {
            System.getLogger(Browser.class.getName())
                    .log(System.Logger.Level.DEBUG, "Cannot open a browser", e);
        }
    }
}
