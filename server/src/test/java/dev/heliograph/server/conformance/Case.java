package dev.heliograph.server.conformance;

import dev.heliograph.server.gateway.Encoding;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;

/**
 * One conversation with the gateway, and how it has to end.
 *
 * @param number that of Autobahn's test suite up to where its section ends, then numbers of our own
 * @param closeCode with which the connection has to end at once, empty when the session has to go
 *     on
 * @param offers header lines beyond those of an ordinary handshake
 */
record Case(
        String number,
        String shows,
        Encoding encoding,
        OptionalInt closeCode,
        List<String> offers,
        Script script) {

    /** What the device does, and checks on the way. */
    @FunctionalInterface
    interface Script {
        void play(RawDevice device) throws IOException;
    }

    /** What the gateway understands: the session goes on. */
    static Case valid(String number, String shows, Encoding encoding, Script script) {
        return new Case(number, shows, encoding, OptionalInt.empty(), List.of(), script);
    }

    /** The same with JSON. */
    static Case valid(String number, String shows, Script script) {
        return valid(number, shows, Encoding.JSON, script);
    }

    /** What ends the connection with a code: one Close, nothing behind it. */
    static Case ends(String number, String shows, Encoding encoding, int code, Script script) {
        return new Case(number, shows, encoding, OptionalInt.of(code), List.of(), script);
    }

    /** The same with JSON. */
    static Case ends(String number, String shows, int code, Script script) {
        return ends(number, shows, Encoding.JSON, code, script);
    }

    String name() {
        return number + " " + shows;
    }

    String expected() {
        return closeCode.isPresent()
                ? "Close " + closeCode.getAsInt() + ", nothing behind it"
                : "understood, the session goes on";
    }
}
