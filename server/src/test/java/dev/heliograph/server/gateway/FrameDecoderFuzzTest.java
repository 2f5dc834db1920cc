package dev.heliograph.server.gateway;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.util.JsonFormat;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.server.auth.Principal;
import dev.heliograph.server.log.Position;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Any message of a device: the first octet chooses the encoding. */
class FrameDecoderFuzzTest {

    private static final Principal ALICE =
            new Principal(
                    "default",
                    "alice",
                    Optional.empty(),
                    Set.of("connect"),
                    List.of("news", "team-*"),
                    Instant.MAX);

    @FuzzTest(maxDuration = "2m")
    void aMessageIsAFrameThatMeansTheSameInBothEncodingsOrIsRefused(byte[] octets)
            throws InvalidProtocolBufferException {
        if (octets.length == 0) {
            return;
        }
        Encoding encoding = (octets[0] & 1) == 0 ? Encoding.JSON : Encoding.PROTO;
        ClientFrame frame;
        try {
            frame = FrameDecoder.decode(encoding, Arrays.copyOfRange(octets, 1, octets.length));
        } catch (InvalidProtocolBufferException e) {
            assertThat(e.getMessage(), not(""));
            return;
        }
        ClientFrame known =
                frame.toBuilder().setUnknownFields(UnknownFieldSet.getDefaultInstance()).build();
        byte[] json = JsonFormat.printer().print(known).getBytes(StandardCharsets.UTF_8);
        if (frame.getUnknownFields().asMap().isEmpty()) {
            assertThat(FrameDecoder.decode(Encoding.PROTO, frame.toByteArray()), is(frame));
        }
        assertThat(FrameDecoder.decode(Encoding.JSON, json).getBodyCase(), is(known.getBodyCase()));
        try {
            SubscribeRequest request = SubscribeRequest.check(frame.getSubscribe(), ALICE);
            assertThat(request.channel().path(), is(frame.getSubscribe().getChannel()));
        } catch (SubscribeRequest.Refused e) {
            assertThat(e.getMessage(), not(""));
        }
        Optional<Position> position = Position.parse(frame.getAck().getPosition());
        if (position.isPresent()) {
            assertThat(Position.parse(position.get().token()), is(position));
        }
    }
}
