package dev.heliograph.loadtest.scenario;

/** Notifications at a fixed rate, beside what the scenario's own thread does meanwhile. */
final class Load implements AutoCloseable {

    private final Thread thread;
    private final long began = System.nanoTime();
    private volatile boolean wanted = true;

    Load(Producer producer, Audience.Choice choice, int perSecond) {
        thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("load")
                        .start(
                                () ->
                                        OpenLoop.runWhile(
                                                () -> wanted,
                                                perSecond,
                                                (number, due) ->
                                                        producer.send(choice.next(number), due)));
    }

    /** Seconds since it began. */
    double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }

    @Override
    public void close() {
        wanted = false;
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
