package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.swarm.Swarm;
import java.io.IOException;
import java.time.Duration;

/** Looks how many devices have an authenticated session, several times a second, until closed. */
final class ReadyWatch implements AutoCloseable {

    private static final Duration PERIOD = Duration.ofMillis(200);

    private final Swarm swarm;
    private final Thread looking;
    private volatile int least = Integer.MAX_VALUE;
    private volatile IOException failure;
    private volatile boolean closed;

    ReadyWatch(Swarm swarm) {
        this.swarm = swarm;
        this.looking = Thread.startVirtualThread(this::look);
    }

    private void look() {
        try {
            while (!closed) {
                least = Math.min(least, swarm.snapshot().ready());
                Thread.sleep(PERIOD);
            }
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException e) {
            failure = new IOException("Nobody is to interrupt this", e);
        }
    }

    /**
     * The fewest that were ready at once.
     *
     * @throws IOException when it could not look
     */
    int least() throws IOException {
        if (failure != null) {
            throw failure;
        }
        return Math.min(least, swarm.snapshot().ready());
    }

    @Override
    public void close() throws InterruptedException {
        // An interrupt might come amid a question to a process of the swarm.
        closed = true;
        looking.join();
    }
}
