package dev.heliograph.server.gateway;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ClientFrame;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Reads what devices send: client frames (C-2), and the same JSON in HTTP bodies. */
public final class FrameDecoder {

    private static final JsonFormat.Parser JSON = JsonFormat.parser().ignoringUnknownFields();

    /**
     * Numbers that the parser would write out digit by digit: an exponent of four digits already
     * fits no field, and one of eight costs a core for minutes.
     */
    private static final Pattern HUGE_EXPONENT =
            Pattern.compile("[-+.\\p{Nd}]+[eE][-+]?\\p{Nd}{4,}");

    /** By message, both spellings of the fields whose texts are read as numbers. */
    private static final ConcurrentHashMap<Descriptor, Set<String>> NUMERIC =
            new ConcurrentHashMap<>();

    private FrameDecoder() {}

    /**
     * Decodes one message.
     *
     * @throws InvalidProtocolBufferException when it is not a ClientFrame in this encoding
     */
    static ClientFrame decode(Encoding encoding, byte[] message)
            throws InvalidProtocolBufferException {
        if (encoding == Encoding.PROTO) {
            return ClientFrame.parseFrom(message);
        }
        ClientFrame.Builder frame = ClientFrame.newBuilder();
        merge(new String(message, StandardCharsets.UTF_8), frame);
        return frame.build();
    }

    /**
     * Reads one message of any kind from JSON.
     *
     * @throws InvalidProtocolBufferException when it is not exactly one, saying why
     */
    public static void merge(String text, Message.Builder into)
            throws InvalidProtocolBufferException {
        Descriptor kind = into.getDescriptorForType();
        requireOneJsonValue(text, NUMERIC.computeIfAbsent(kind, FrameDecoder::numericFields));
        JSON.merge(text, into);
    }

    /**
     * The parser takes more than JSON, and ignores what comes behind the first value: a second
     * frame in one message would be lost silently.
     */
    private static void requireOneJsonValue(String text, Set<String> numeric)
            throws InvalidProtocolBufferException {
        try (JsonReader tokens = new JsonReader(new StringReader(text))) {
            tokens.setStrictness(Strictness.STRICT);
            String name = "";
            for (JsonToken token = tokens.peek();
                    token != JsonToken.END_DOCUMENT;
                    token = tokens.peek()) {
                switch (token) {
                    case BEGIN_OBJECT -> tokens.beginObject();
                    case END_OBJECT -> tokens.endObject();
                    case BEGIN_ARRAY -> tokens.beginArray();
                    case END_ARRAY -> tokens.endArray();
                    case NAME -> name = tokens.nextName();
                    case STRING, NUMBER -> requireSmallExponent(numeric, name, tokens.nextString());
                    default -> tokens.skipValue();
                }
            }
        } catch (IOException e) {
            throw new InvalidProtocolBufferException("it is not one JSON object", e);
        }
    }

    private static void requireSmallExponent(Set<String> numeric, String name, String value)
            throws InvalidProtocolBufferException {
        if (numeric.contains(name) && HUGE_EXPONENT.matcher(value).matches()) {
            throw new InvalidProtocolBufferException(name + " is out of range: " + value);
        }
    }

    private static Set<String> numericFields(Descriptor message) {
        Set<String> names = new HashSet<>();
        for (FieldDescriptor field : message.getFields()) {
            switch (field.getJavaType()) {
                case MESSAGE -> names.addAll(numericFields(field.getMessageType()));
                case STRING, BYTE_STRING -> {}
                default -> {
                    names.add(field.getName());
                    names.add(field.getJsonName());
                }
            }
        }
        return names;
    }
}
