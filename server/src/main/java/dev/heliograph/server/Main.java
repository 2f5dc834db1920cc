package dev.heliograph.server;

import dev.heliograph.server.config.ServerConfig;
import io.helidon.config.Config;
import io.helidon.logging.common.LogConfig;
import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/** Starts a server from the configuration and stops it on SIGTERM or SIGINT. */
public final class Main {

    private static final int EXIT_CANNOT_START = 1;

    private Main() {}

    /** Takes no arguments: everything is configuration. */
    public static void main(String[] args) throws InterruptedException {
        LogConfig.configureRuntime();
        /* Signals are taken directly: in a shutdown hook logging is already being torn down, and
        the exit code would be that of the signal. */
        CountDownLatch end = new CountDownLatch(1);
        Signal.handle(new Signal("TERM"), signal -> end.countDown());
        Signal.handle(new Signal("INT"), signal -> end.countDown());
        HeliographServer server;
        try {
            server = HeliographServer.create(ServerConfig.create(Config.create())).start();
        } catch (IllegalArgumentException | IllegalStateException e) {
            System.getLogger(Main.class.getName()).log(System.Logger.Level.ERROR, e.getMessage());
            System.exit(EXIT_CANNOT_START);
            return;
        }
        end.await();
        server.stop();
        System.exit(0);
    }
}
