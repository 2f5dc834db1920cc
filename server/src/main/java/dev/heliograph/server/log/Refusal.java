package dev.heliograph.server.log;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisReadOnlyException;
import java.util.concurrent.CompletionException;

/** What a call to Redis failed with, by what is to be done about it. */
enum Refusal {
    /** The slot is on another server for good. Nothing was done. */
    MOVED,
    /** The slot is being moved, and this key is on the other server already. Nothing was done. */
    ASK,
    /** The slot is being moved, and the keys are on two servers for a moment. Nothing was done. */
    TRY_AGAIN,
    /** No memory. Nothing was done. */
    FULL,
    /** Another server is or will be the right one, or this one is not yet. Nothing was done. */
    UNFIT,
    /** It did not answer in time. */
    SILENT,
    /** Anything else. */
    OTHER;

    /** Stages wrap what went wrong before them. */
    static Throwable cause(Throwable e) {
        return e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    }

    /** What it was, by the first word of the answer. */
    static Refusal of(Throwable e) {
        if (e instanceof RedisCommandTimeoutException) {
            return SILENT;
        }
        if (e instanceof RedisReadOnlyException || e instanceof RedisLoadingException) {
            return UNFIT;
        }
        if (!(e instanceof RedisCommandExecutionException) || e.getMessage() == null) {
            return OTHER;
        }
        String message = e.getMessage();
        int space = message.indexOf(' ');
        return switch (space < 0 ? message : message.substring(0, space)) {
            case "MOVED" -> MOVED;
            case "ASK" -> ASK;
            case "TRYAGAIN" -> TRY_AGAIN;
            case "OOM" -> FULL;
            case "READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN" -> UNFIT;
            // A script that was begun and failed half-way says what its command was told.
            default -> message.contains("OOM ") ? FULL : OTHER;
        };
    }

    /** The server that a MOVED or ASK names: {@code ASK 3999 127.0.0.1:6381}. */
    static Endpoint target(Throwable redirect) {
        String address = redirect.getMessage().split(" ")[2];
        int colon = address.lastIndexOf(':');
        return new Endpoint(
                address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }
}
