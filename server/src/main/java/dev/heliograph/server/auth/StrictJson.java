package dev.heliograph.server.auth;

import jakarta.json.Json;
import jakarta.json.JsonConfig;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * JSON as security wants it: UTF-8 without errors, and no member twice, since two readers of such
 * an object may believe different things.
 */
final class StrictJson {

    private static final JsonReaderFactory READERS =
            Json.createReaderFactory(Map.of(JsonConfig.KEY_STRATEGY, JsonConfig.KeyStrategy.NONE));

    private StrictJson() {}

    /**
     * The one object that the bytes hold.
     *
     * @throws IllegalArgumentException when they do not; its message holds nothing of them
     */
    static JsonObject object(byte[] utf8) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
            try (JsonReader reader = READERS.createReader(new StringReader(text))) {
                return reader.readObject();
            }
        } catch (CharacterCodingException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "it is not one JSON object without repeated members");
        }
    }
}
