package dev.heliograph.client.device;

/** How frames are written (C-2). */
public enum DeviceEncoding {
    /** Protobuf. Small and fast: the default. */
    PROTO("heliograph.v1.proto"),
    /** JSON. Readable on the wire. */
    JSON("heliograph.v1.json");

    private final String subprotocol;

    DeviceEncoding(String subprotocol) {
        this.subprotocol = subprotocol;
    }

    String subprotocol() {
        return subprotocol;
    }
}
