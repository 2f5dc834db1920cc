package dev.heliograph.cli;

/**
 * What a command could not do: the message is for the person at the terminal, without a stack
 * trace.
 */
final class CommandException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CommandException(String message) {
        super(message);
    }

    CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
