package dev.heliograph.client.device;

import java.util.Optional;

/**
 * Something happened that the client dealt with by itself. For logs and metrics.
 *
 * @param kind what
 * @param channel where; empty when it concerns the connection
 * @param message details, without tokens and payloads
 * @param cause the exception behind it, if there is one
 */
public record Diagnostic(Kind kind, String channel, String message, Optional<Throwable> cause) {

    /** What happened. */
    public enum Kind {
        /** An attempt to connect failed, or a connection ended. */
        CONNECTION,
        /** The token provider failed. */
        TOKEN,
        /** The gateway answered a frame with an error. */
        SERVER_ERROR,
        /** Frames left out a seq; the client resumes (D-2). */
        HOLE,
        /** A notification came again and was not given to the handler (D-4). */
        DUPLICATE,
        /** The handler threw; it gets the notification again. */
        HANDLER,
        /**
         * The handler is slower than what comes; the client leaves the channel until it has caught
         * up.
         */
        BEHIND,
        /** The store did not take a position; the client saves the next one. */
        STORE
    }
}
