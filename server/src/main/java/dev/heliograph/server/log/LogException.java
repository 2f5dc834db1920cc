package dev.heliograph.server.log;

/** The log did not do what was asked. */
public abstract sealed class LogException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private LogException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Redis cannot be reached or did not answer in time. For a write the outcome is unknown. */
    public static final class Unavailable extends LogException {
        private static final long serialVersionUID = 1L;

        /** With what the Redis client said. */
        public Unavailable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Redis has no memory left: nothing was stored. */
    public static final class Full extends LogException {
        private static final long serialVersionUID = 1L;

        /** With what Redis said. */
        public Full(String message) {
            super(message, null);
        }
    }

    /** The idempotency key was used with another request: nothing was stored. */
    public static final class IdempotencyConflict extends LogException {
        private static final long serialVersionUID = 1L;

        /** For the key's channel. */
        public IdempotencyConflict(String message) {
            super(message, null);
        }
    }

    /** It is stored, but not as safely as was asked for: a repeat with the same key tries again. */
    public static final class Unconfirmed extends LogException {
        private static final long serialVersionUID = 1L;

        /** With what is missing. */
        public Unconfirmed(String message) {
            super(message, null);
        }
    }

    /** This installation cannot store as safely as was asked for: nothing was stored. */
    public static final class Unsupported extends LogException {
        private static final long serialVersionUID = 1L;

        /** With what it lacks. */
        public Unsupported(String message) {
            super(message, null);
        }
    }
}
