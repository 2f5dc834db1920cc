package dev.heliograph.loadtest.chaos.history;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Events as JSON lines: {@code {"e":"got","t":…,…}}. */
public final class HistoryJson {

    /** How each line of ours begins; read without parsing twice. */
    private static final String PREFIX = "{\"e\":\"";

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final Map<String, TypeAdapter<? extends HistoryEvent>> READERS = readers();

    private HistoryJson() {}

    private static Map<String, TypeAdapter<? extends HistoryEvent>> readers() {
        Map<String, TypeAdapter<? extends HistoryEvent>> readers = new HashMap<>();
        collect(HistoryEvent.class, readers);
        return readers;
    }

    private static void collect(
            Class<?> type, Map<String, TypeAdapter<? extends HistoryEvent>> readers) {
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            if (permitted.isSealed()) {
                collect(permitted, readers);
            } else {
                Class<? extends HistoryEvent> event = permitted.asSubclass(HistoryEvent.class);
                readers.put(name(event), GSON.getAdapter(event));
            }
        }
    }

    /** {@code FaultBegan} is {@code fault-began} in a line. */
    private static String name(Class<? extends HistoryEvent> type) {
        return type.getSimpleName().replaceAll("(?<=.)(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }

    /** The line without its end. */
    public static String line(HistoryEvent event) {
        String fields = GSON.toJson(event);
        return PREFIX + name(event.getClass()) + "\"," + fields.substring(1);
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException when it is not one of ours
     */
    public static HistoryEvent parse(String line) {
        try {
            TypeAdapter<? extends HistoryEvent> reader = READERS.get(kind(line));
            if (reader == null) {
                throw new IllegalArgumentException("Not an event of a history: " + line);
            }
            HistoryEvent event = reader.fromJson(line);
            if (event == null) {
                throw new IllegalArgumentException("Not an event of a history: " + line);
            }
            return event;
        } catch (IOException | JsonParseException | NullPointerException e) {
            throw new IllegalArgumentException("Not an event of a history: " + line, e);
        }
    }

    private static String kind(String line) {
        if (line.startsWith(PREFIX)) {
            int end = line.indexOf('"', PREFIX.length());
            return end < 0 ? "" : line.substring(PREFIX.length(), end);
        }
        JsonObject object = GSON.fromJson(line, JsonObject.class);
        return object == null || !object.has("e") ? "" : object.get("e").getAsString();
    }
}
