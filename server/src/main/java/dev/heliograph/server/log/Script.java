package dev.heliograph.server.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A Lua script of this package. It is called by the hash of its text, so nodes of different
 * versions can share a Redis.
 *
 * @param text the source
 * @param sha what EVALSHA takes
 */
record Script(String text, String sha) {

    static final Script PUBLISH = load("publish");
    static final Script READ = load("read");
    static final Script ATTACH = load("attach");
    static final Script KEEP = load("keep");
    static final Script COMPARE = load("compare");
    static final Script TEND = load("tend");
    static final Script REAP = load("reap");

    private static Script load(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name + ".lua")) {
            byte[] source = in.readAllBytes();
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(source);
            return new Script(
                    new String(source, StandardCharsets.UTF_8), HexFormat.of().formatHex(hash));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
