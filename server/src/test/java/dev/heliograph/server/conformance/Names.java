package dev.heliograph.server.conformance;

/** Channel names that fill messages. */
final class Names {

    private Names() {}

    /** One of so many characters, in which a lost or swapped octet shows. */
    static String ofLength(int length) {
        StringBuilder name = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            name.append((char) ('a' + (i + i / 26) % 26));
        }
        return name.toString();
    }

    /** One that makes the message of {@link RawDevice#asking} so many octets long. */
    static String ofMessage(RawDevice device, int octets) {
        for (int length = octets; length >= 0; length--) {
            String name = ofLength(length);
            if (device.asking(name).length == octets) {
                return name;
            }
        }
        throw new IllegalArgumentException("No message has " + octets + " octets");
    }
}
