package dev.heliograph.loadtest.swarm;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.ClientInfo;
import dev.heliograph.proto.device.v1.Error;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.GoAway;
import dev.heliograph.proto.device.v1.Heartbeat;
import dev.heliograph.proto.device.v1.Hello;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Skip;
import dev.heliograph.proto.device.v1.SkipCount;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.proto.device.v1.Subscribed;
import dev.heliograph.proto.device.v1.Welcome;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** A device of Heliograph, by PROTOCOL.md: it does on the wire what the SDKs do. */
final class HeliographConversation implements Conversation {

    /** Each user has one device. */
    private static final String DEVICE_ID = "load";

    /** As the SDKs have it. */
    private static final long ACK_DELAY_MS = 2_000;

    private static final int MAX_UNACKED = 256;

    private static final byte[] HELLO =
            ClientFrame.newBuilder()
                    .setHello(
                            Hello.newBuilder()
                                    .setDeviceId(DEVICE_ID)
                                    .setClient(
                                            ClientInfo.newBuilder()
                                                    .setName("heliograph-loadtest")
                                                    .setPlatform("java")))
                    .build()
                    .toByteArray();

    private static final byte[] HEARTBEAT =
            ClientFrame.newBuilder()
                    .setHeartbeat(Heartbeat.getDefaultInstance())
                    .build()
                    .toByteArray();

    private static final int PROTOCOL_VIOLATION = 4500;

    private final DeviceEvents events;
    private final boolean acks;
    private final DeliverReader reader;
    private final HeliographChannel[] channels;
    private int lastSubId;

    HeliographConversation(
            DeviceIdentity device, DeviceEvents events, boolean acks, DeliverReader reader) {
        this.events = events;
        this.acks = acks;
        this.reader = reader;
        this.channels =
                Stream.concat(
                                Stream.of("user/" + device.user()),
                                device.topics().stream().map(topic -> "topic/" + topic))
                        .map(HeliographChannel::new)
                        .toArray(HeliographChannel[]::new);
    }

    @Override
    public void opened(Wire wire) {
        wire.binary(wire.buffer().writeBytes(HELLO));
        for (HeliographChannel channel : channels) {
            subscribe(channel, wire);
        }
    }

    @Override
    public void closing(Wire wire) {
        for (HeliographChannel channel : channels) {
            ack(channel, wire);
        }
    }

    @Override
    public void closed() {
        for (HeliographChannel channel : channels) {
            channel.asked(0);
        }
    }

    @Override
    public void message(ByteBuf message, boolean binary, Wire wire) {
        if (DeliverReader.isDeliver(message)) {
            deliver(message, wire);
            return;
        }
        try {
            ServerFrame frame = ServerFrame.parseFrom(message.nioBuffer());
            switch (frame.getBodyCase()) {
                case WELCOME -> welcome(frame.getWelcome(), wire);
                case SUBSCRIBED -> subscribed(frame.getSubscribed(), wire);
                case SKIP -> skip(frame.getSkip(), wire);
                case HEARTBEAT -> wire.binary(wire.buffer().writeBytes(HEARTBEAT));
                case GO_AWAY -> goAway(frame.getGoAway(), wire);
                case ERROR -> error(frame.getError(), wire);
                case DELIVER, TOKEN_EXPIRING, BODY_NOT_SET -> {
                    // A kind that it does not know (F-2).
                }
            }
        } catch (InvalidProtocolBufferException e) {
            events.failed("a frame that cannot be decoded");
            wire.close(PROTOCOL_VIOLATION);
        }
    }

    private void deliver(ByteBuf message, Wire wire) {
        reader.read(message);
        HeliographChannel channel = channel(message);
        if (channel == null || !channel.isSubscribed()) {
            return;
        }
        long seq = reader.seq;
        if (seq == 0) {
            // Ephemeral (D-9): no number, nothing to ack.
            return;
        }
        if (seq > channel.nextSeq()) {
            hole(channel, wire);
            return;
        }
        boolean fresh = seq == channel.nextSeq();
        if (fresh) {
            channel.handled(seq, message, reader.positionAt, reader.positionLength);
        }
        events.received(
                message.setIndex(reader.payloadAt, reader.payloadAt + reader.payloadLength));
        if (fresh && acks) {
            ackSoon(channel, wire);
        }
    }

    private void ackSoon(HeliographChannel channel, Wire wire) {
        int unacked = channel.countUnacked();
        if (unacked >= MAX_UNACKED) {
            ack(channel, wire);
        } else if (unacked == 1) {
            long delayMs = ThreadLocalRandom.current().nextLong(ACK_DELAY_MS / 2, ACK_DELAY_MS);
            wire.after(delayMs, () -> ack(channel, wire));
        }
    }

    private static void ack(HeliographChannel channel, Wire wire) {
        if (channel.isSubscribed() && channel.hasUnacked()) {
            wire.binary(channel.ack(wire.buffer()));
        }
    }

    private HeliographChannel channel(ByteBuf message) {
        for (HeliographChannel channel : channels) {
            if (channel.isCalled(message, reader.channelAt, reader.channelLength)) {
                return channel;
            }
        }
        return null;
    }

    private Optional<HeliographChannel> channel(int subId) {
        return Stream.of(channels).filter(it -> it.subId() == subId).findFirst();
    }

    private void subscribe(HeliographChannel channel, Wire wire) {
        channel.asked(++lastSubId);
        wire.binary(
                wire.buffer()
                        .writeBytes(
                                ClientFrame.newBuilder()
                                        .setSubscribe(
                                                Subscribe.newBuilder()
                                                        .setChannel(channel.name())
                                                        .setSubId(channel.subId())
                                                        .setPosition(channel.position()))
                                        .build()
                                        .toByteArray()));
    }

    private void hole(HeliographChannel channel, Wire wire) {
        events.hole();
        subscribe(channel, wire);
    }

    private static void welcome(Welcome welcome, Wire wire) {
        wire.silenceLimit(
                (long) welcome.getHeartbeatIntervalMs() + welcome.getHeartbeatTimeoutMs());
    }

    private void subscribed(Subscribed subscribed, Wire wire) {
        HeliographChannel channel = channel(subscribed.getSubId()).orElse(null);
        if (channel == null) {
            return;
        }
        if (subscribed.getOutcome() != Outcome.OUTCOME_OK) {
            events.reset();
        }
        boolean resumed = channel.hasPosition();
        channel.subscribed(subscribed.getNextSeq(), subscribed.getPosition());
        if (resumed && acks) {
            // The gateway that had the last ones may have been killed.
            wire.binary(channel.ack(wire.buffer()));
        }
        if (List.of(channels).stream().allMatch(HeliographChannel::isSubscribed)) {
            events.ready();
        }
    }

    private void skip(Skip skip, Wire wire) {
        HeliographChannel channel =
                Stream.of(channels)
                        .filter(it -> it.isCalled(skip.getChannelBytes()))
                        .findFirst()
                        .orElse(null);
        if (channel == null
                || !channel.isSubscribed()
                || skip.getThroughSeq() < channel.nextSeq()) {
            return;
        }
        long counted = skip.getCountsList().stream().mapToLong(SkipCount::getCount).sum();
        if (skip.getFromSeq() > channel.nextSeq()
                || counted != skip.getThroughSeq() - skip.getFromSeq() + 1) {
            hole(channel, wire);
            return;
        }
        channel.skipped(skip.getThroughSeq(), skip.getPosition());
        if (acks) {
            ackSoon(channel, wire);
        }
    }

    private static void goAway(GoAway goAway, Wire wire) {
        long spread = ThreadLocalRandom.current().nextLong(goAway.getSpreadMs() + 1L);
        wire.move(goAway.getRetryAfterMs() + spread);
    }

    private void error(Error error, Wire wire) {
        HeliographChannel channel =
                error.getSubId() == 0 ? null : channel(error.getSubId()).orElse(null);
        if (error.getCode() != ErrorCode.ERROR_CODE_UNAVAILABLE || channel == null) {
            events.failed(error.getCode().name());
            return;
        }
        wire.after(
                error.getRetryAfterMs() + Backoff.millis(0),
                () -> {
                    if (channel.subId() == error.getSubId()) {
                        subscribe(channel, wire);
                    }
                });
    }
}
