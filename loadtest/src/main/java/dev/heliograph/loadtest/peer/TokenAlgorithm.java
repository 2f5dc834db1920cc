package dev.heliograph.loadtest.peer;

/** What the tokens of devices are signed with. */
public enum TokenAlgorithm {
    /** One key for all, which costs a gateway some microseconds a connection. */
    HS256,
    /** A key pair on P-256, as identity providers have it. */
    ES256
}
