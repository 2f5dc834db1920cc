package dev.heliograph.client.device;

import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.ConnectVerdict;
import dev.heliograph.proto.device.v1.ServerFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A network without sockets: a test plays the gateway on each {@link FakeLink}. */
final class FakeTransport implements Transport {

    final List<FakeLink> links = new ArrayList<>();
    ConnectVerdict verdict = ConnectVerdict.newBuilder().setCode("ok").build();
    int verdictsAsked;

    @Override
    public Link open(String token, Events events) {
        FakeLink link = new FakeLink(token, events);
        links.add(link);
        return link;
    }

    @Override
    public CompletableFuture<ConnectVerdict> verdict(String token) {
        verdictsAsked++;
        return CompletableFuture.completedFuture(verdict);
    }

    FakeLink last() {
        return links.getLast();
    }

    /** One connection, seen from the gateway. */
    static final class FakeLink implements Transport.Link {

        final String token;
        final Events events;
        final List<ClientFrame> sent = new ArrayList<>();
        boolean closed;
        boolean aborted;

        FakeLink(String token, Events events) {
            this.token = token;
            this.events = events;
        }

        @Override
        public void send(ClientFrame frame) {
            sent.add(frame);
        }

        @Override
        public void more() {
            // Tests send one frame at a time.
        }

        @Override
        public void close() {
            closed = true;
        }

        @Override
        public void abort() {
            aborted = true;
        }

        void receive(ServerFrame.Builder frame) {
            events.received(frame.build());
        }

        List<ClientFrame> sent(ClientFrame.BodyCase kind) {
            return sent.stream().filter(frame -> frame.getBodyCase() == kind).toList();
        }
    }
}
