package dev.heliograph.server.fallback;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.proto.device.v1.PollRequest;
import dev.heliograph.server.gateway.Peer;
import dev.heliograph.server.gateway.SessionHandler;
import dev.heliograph.server.gateway.SessionTransport;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class PollTurnTest {

    @Test
    void p3APollIsAnsweredOnceTheInstallationKnowsThatItsSessionHasEnded() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        FrameQueue queue = new FrameQueue(new Peer("192.0.2.1", ""), true, 1_000, _ -> {});
        HttpSession session = new HttpSession(new Silent(ended), queue);
        session.open("deviceId", "d", PollRequest.getDefaultInstance().getClient(), List.of());
        Poll poll = new Poll(session, queue, PollRequest.getDefaultInstance(), List.of());
        FutureTask<byte[]> answer = new FutureTask<>(() -> poll.answer(0));
        Thread request = Thread.ofPlatform().start(answer);
        eventually(
                "it has ended its session, and waits or has answered",
                () ->
                        ended.get()
                                && (answer.isDone()
                                        || request.getState() == Thread.State.TIMED_WAITING));
        assertThat(answer.isDone(), is(false));
        queue.noted();
        assertThat(new String(answer.get()), is("{\"frames\":[],\"next\":{}}"));
    }

    /** A session that says nothing. */
    private record Silent(AtomicBoolean ended) implements SessionHandler {
        @Override
        public void onOpen(SessionTransport transport) {}

        @Override
        public boolean onMessage(byte[] payload) {
            return false;
        }

        @Override
        public void onDrained() {}

        @Override
        public void onEnd(int code, String reason) {
            ended.set(true);
        }
    }
}
