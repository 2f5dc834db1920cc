package dev.heliograph.server;

import dev.heliograph.server.log.LogAppender;
import dev.heliograph.server.log.LogException;
import java.util.concurrent.CompletableFuture;

/** A log that nothing can be written to: every append is refused as unavailable. */
final class UnconnectedLog implements LogAppender {

    @Override
    public CompletableFuture<Appended> append(Append append) {
        return CompletableFuture.failedFuture(
                new LogException.Unavailable("There is no connection to a log", null));
    }
}
