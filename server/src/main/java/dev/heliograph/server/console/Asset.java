package dev.heliograph.server.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One file of the console, held in memory: a request can only ever name a file that was there at
 * the start.
 *
 * @param content the bytes; never written to
 * @param contentType its media type
 * @param etag a strong validator
 * @param cacheControl how long browsers may keep it
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and sent as it is.
record Asset(byte[] content, String contentType, String etag, String cacheControl) {

    /** The console takes well under 1 MiB; a wrong directory is noticed here. */
    private static final long MAX_TOTAL_BYTES = 32L << 20;

    /** The build puts a hash of the content into these names. */
    private static final String HASHED = "/assets/";

    private static final Map<String, String> TYPES =
            Map.ofEntries(
                    Map.entry("html", "text/html; charset=utf-8"),
                    Map.entry("js", "text/javascript; charset=utf-8"),
                    Map.entry("css", "text/css; charset=utf-8"),
                    Map.entry("json", "application/json"),
                    Map.entry("webmanifest", "application/manifest+json"),
                    Map.entry("map", "application/json"),
                    Map.entry("svg", "image/svg+xml"),
                    Map.entry("png", "image/png"),
                    Map.entry("ico", "image/x-icon"),
                    Map.entry("woff2", "font/woff2"),
                    Map.entry("txt", "text/plain; charset=utf-8"));

    /**
     * Every file below a directory, by its path in a URL.
     *
     * @throws IOException when there is no index.html or there are more than 32 MiB
     */
    static Map<String, Asset> readAll(Path directory) throws IOException {
        if (!Files.isRegularFile(directory.resolve("index.html"))) {
            throw new IOException(
                    "console.path is "
                            + directory
                            + ", which has no index.html: build the console there, or leave console.path empty");
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(directory)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        Map<String, Asset> assets = new HashMap<>();
        long total = 0;
        for (Path file : files) {
            total += Files.size(file);
            if (total > MAX_TOTAL_BYTES) {
                throw new IOException(
                        "console.path is "
                                + directory
                                + ", which holds more than 32 MiB: it is not the built console");
            }
            String path =
                    "/"
                            + directory
                                    .relativize(file)
                                    .toString()
                                    .replace(java.io.File.separator, "/");
            assets.put(path, of(path, Files.readAllBytes(file)));
        }
        return Map.copyOf(assets);
    }

    private static Asset of(String path, byte[] content) {
        String type =
                TYPES.getOrDefault(
                        path.substring(path.lastIndexOf('.') + 1), "application/octet-stream");
        String cacheControl =
                path.startsWith(HASHED) ? "public, max-age=31536000, immutable" : "no-cache";
        return new Asset(content, type, '"' + hash(content) + '"', cacheControl);
    }

    private static String hash(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
