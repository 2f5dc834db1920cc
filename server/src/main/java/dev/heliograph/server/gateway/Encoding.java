package dev.heliograph.server.gateway;

/** How frames are written on a connection (C-2). */
public enum Encoding {
    /** Protobuf in binary messages. */
    PROTO("heliograph.v1.proto"),
    /** Canonical proto3 JSON in text messages. */
    JSON("heliograph.v1.json");

    private final String subprotocol;

    Encoding(String subprotocol) {
        this.subprotocol = subprotocol;
    }

    /** The WebSocket subprotocol that stands for it. */
    public String subprotocol() {
        return subprotocol;
    }
}
