package dev.heliograph.server.attack;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.server.WholeServer;
import dev.heliograph.server.testkit.TestDevice;
import dev.heliograph.server.testkit.TestProducer;
import dev.heliograph.server.testkit.TestStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * Two devices of one user on the attacked gateway, one on a WebSocket and one on an event stream.
 * While an attack goes on their user is sent notification after notification; each device has to
 * get every one of them once, in order, on the connection that it began with.
 */
final class Bystanders implements AutoCloseable {

    private static final String USER = "innocent";

    /** As many have to come before, during and after an attack. */
    private static final int SOME = 2;

    /** Between two notifications: enough of them meet an attack, and leave it the cores. */
    private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

    /** For a machine whose cores do something else. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final WholeServer whole;
    private final TestDevice socket;
    private final TestStream stream;
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private volatile boolean sending;
    private volatile RuntimeException failed;

    /** What is done to the gateway. */
    @FunctionalInterface
    interface Attack {
        void run() throws Exception;
    }

    Bystanders(WholeServer whole) throws IOException {
        this.whole = whole;
        socket = whole.device(USER, "socket");
        socket.subscribe("user/" + USER);
        stream = whole.stream(USER, "?device=stream");
        stream.await("subscribed");
    }

    /** Runs an attack while notifications flow, and checks what the bystanders got. */
    void undisturbedBy(Attack attack) throws Exception {
        sending = true;
        Thread sender = Thread.ofVirtual().start(this::send);
        try {
            getSome();
            attack.run();
            getSome();
        } finally {
            sending = false;
            sender.join();
        }
        getAll();
        assertThat("on the WebSocket", socket.ids(), is(sent));
        assertThat("on the event stream", stream.ids(), is(sent));
        assertThat("the WebSocket's end", socket.closeCode(), is(0));
        assertThat("the event stream has ended", stream.ended(), is(false));
        assertThat(socket.frames().stream().filter(ServerFrame::hasSubscribed).count(), is(1L));
        assertThat(socket.frames().stream().filter(ServerFrame::hasSkip).count(), is(0L));
    }

    /** Waits, during an attack, until some more have been sent and have come. */
    void getSome() {
        int until = sent.size() + SOME;
        eventually(
                () -> "some more are sent, " + failed,
                LIMIT,
                () -> sent.size() >= until || failed != null);
        getAll();
    }

    private void getAll() {
        if (failed != null) {
            throw failed;
        }
        int all = sent.size();
        eventually(
                () ->
                        all
                                + " are there, not "
                                + socket.ids().size()
                                + " and "
                                + stream.ids().size(),
                LIMIT,
                () -> have(all));
    }

    /** Counts frames first: there are hardly others, and reading all takes longer. */
    private boolean have(int all) {
        return socket.frames().size() >= all
                && stream.events().size() >= all
                && socket.ids().size() >= all
                && stream.ids().size() >= all;
    }

    private void send() {
        String backend = whole.token("backend");
        try {
            while (sending) {
                sent.add(
                        whole.producer()
                                .api(backend)
                                .notify(TestProducer.request(USER))
                                .getResults(0)
                                .getStored()
                                .getNotificationId());
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (RuntimeException e) {
            failed = e;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        stream.close();
    }
}
