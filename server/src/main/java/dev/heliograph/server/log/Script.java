package dev.heliograph.server.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Lua script of this package. It is called by the hash of its text, so nodes of different
 * versions can share a Redis.
 *
 * @param text the source
 * @param sha what EVALSHA takes
 */
record Script(String text, String sha) {

    /** A line that stands for another file. Scripts are loaded with it, so it comes first. */
    private static final Pattern PART = Pattern.compile("(?m)^--@ (\\S+)$");

    static final Script PUBLISH = load("publish");
    static final Script SEND = load("send");
    static final Script READ = load("read");
    static final Script ATTACH = load("attach");
    static final Script KEEP = load("keep");
    static final Script COMPARE = load("compare");
    static final Script TEND = load("tend");
    static final Script REAP = load("reap");
    static final Script SETTLE = load("settle");
    static final Script NODES = load("nodes");
    static final Script ISSUE = load("issue");
    static final Script REDEEM = load("redeem");

    private static Script load(String name) {
        String text =
                PART.matcher(source(name + ".lua"))
                        .replaceAll(part -> Matcher.quoteReplacement(source(part.group(1))));
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-1")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return new Script(text, HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String source(String file) {
        try (InputStream in = Script.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
