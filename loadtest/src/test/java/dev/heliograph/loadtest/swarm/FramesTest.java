package dev.heliograph.loadtest.swarm;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import dev.heliograph.proto.device.v1.ClientFrame;
import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.ServerFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is read and written by hand agrees with RFC 6455 and with the generated code. */
class FramesTest {

    private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

    /** Collects what was read: opcode and text. */
    private static final class Read implements FrameReader.Sink {
        private final List<String> frames = new ArrayList<>();

        @Override
        public boolean head(ByteBuf in) {
            return Upgrade.head(in).isPresent();
        }

        @Override
        public void frame(int opcode, ByteBuf payload) {
            frames.add(opcode + " " + payload.toString(StandardCharsets.UTF_8));
        }
    }

    private static ByteBuf frame(int first, String payload) {
        ByteBuf frame = Unpooled.buffer().writeByte(first);
        int length = payload.length();
        if (length < 126) {
            frame.writeByte(length);
        } else if (length < 1 << 16) {
            frame.writeByte(126).writeShort(length);
        } else {
            frame.writeByte(127).writeLong(length);
        }
        return frame.writeBytes(payload.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void framesAreReadHoweverTheirBytesAreCutUp() {
        String large = "x".repeat(70_000);
        ByteBuf all =
                Unpooled.wrappedBuffer(
                        Unpooled.copiedBuffer(
                                "HTTP/1.1 101 Switching\r\n\r\n", StandardCharsets.US_ASCII),
                        frame(0x82, "one"),
                        frame(0x02, "t"),
                        frame(0x00, "w"),
                        frame(0x89, "ping"),
                        frame(0x80, "o"),
                        frame(0x81, "y".repeat(200)),
                        frame(0x82, large),
                        frame(0x82, ""));
        List<String> expected =
                List.of("2 one", "9 ping", "2 two", "1 " + "y".repeat(200), "2 " + large, "2 ");
        for (int step : List.of(1, 2, 3, 7, 1_000, all.readableBytes())) {
            Read read = new Read();
            FrameReader reader = new FrameReader(read);
            boolean head = true;
            ByteBuf in = all.duplicate();
            while (in.isReadable()) {
                ByteBuf part = in.readSlice(Math.min(step, in.readableBytes()));
                reader.read(ALLOCATOR, part, head && in.readerIndex() - step < 26);
            }
            assertThat("in steps of " + step, read.frames, is(expected));
            reader.release();
        }
    }

    @Test
    void whatBreaksTheFramingIsRefused() {
        FrameReader reader = new FrameReader(new Read());
        for (ByteBuf broken :
                List.of(
                        Unpooled.wrappedBuffer(new byte[] {(byte) 0x82, (byte) 0x81, 0, 0, 0, 0}),
                        frame(0x80, "no start"),
                        Unpooled.buffer().writeByte(0x82).writeByte(127).writeLong(1L << 40))) {
            assertThrows(
                    IllegalArgumentException.class, () -> reader.read(ALLOCATOR, broken, false));
        }
    }

    @Test
    void framesAreMaskedAndCanBeUnmasked() {
        FrameWriter writer = new FrameWriter();
        for (int length : List.of(0, 1, 3, 4, 125, 126, 65_535, 65_536)) {
            String text = "z".repeat(length);
            ByteBuf payload =
                    FrameWriter.buffer(ALLOCATOR).writeBytes(text.getBytes(StandardCharsets.UTF_8));
            ByteBuf frame = writer.frame(ALLOCATOR, FrameWriter.BINARY, payload);
            assertThat(frame.readUnsignedByte(), is((short) 0x82));
            int second = frame.readUnsignedByte();
            assertThat(second & 0x80, is(0x80));
            long read =
                    switch (second & 0x7f) {
                        case 126 -> frame.readUnsignedShort();
                        case 127 -> frame.readLong();
                        default -> second & 0x7f;
                    };
            assertThat(read, is((long) length));
            byte[] mask = new byte[4];
            frame.readBytes(mask);
            byte[] bytes = ByteBufUtil.getBytes(frame);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] ^= mask[i % 4];
            }
            assertThat(new String(bytes, StandardCharsets.UTF_8), is(text));
            frame.release();
        }
    }

    @Test
    void aDeliverIsReadAsTheGeneratedCodeReadsIt() {
        Deliver deliver =
                Deliver.newBuilder()
                        .setChannel("user/u7")
                        .setSeq(1L << 40)
                        .setPosition("p".repeat(40))
                        .setRedelivered(true)
                        .setNotification(
                                Notification.newBuilder()
                                        .setId("id")
                                        .setType("type")
                                        .setPayload(ByteString.copyFromUtf8("content".repeat(50)))
                                        .putAttributes("key", "value"))
                        .build();
        ByteBuf frame =
                Unpooled.wrappedBuffer(
                        ServerFrame.newBuilder().setDeliver(deliver).build().toByteArray());
        DeliverReader reader = new DeliverReader();
        assertThat(DeliverReader.isDeliver(frame), is(true));
        reader.read(frame);
        assertThat(reader.seq, is(deliver.getSeq()));
        assertThat(text(frame, reader.channelAt, reader.channelLength), is(deliver.getChannel()));
        assertThat(
                text(frame, reader.positionAt, reader.positionLength), is(deliver.getPosition()));
        assertThat(
                text(frame, reader.payloadAt, reader.payloadLength),
                is(deliver.getNotification().getPayload().toStringUtf8()));
    }

    @Test
    void anAckIsWrittenAsTheGeneratedCodeReadsIt() throws Exception {
        for (int length : List.of(1, 40, 119, 200)) {
            HeliographChannel channel = new HeliographChannel("user/u7");
            channel.subscribed(1, "p".repeat(length));
            ByteBuf ack = channel.ack(Unpooled.buffer());
            ClientFrame read = ClientFrame.parseFrom(ack.nioBuffer());
            assertThat(read.getAck().getChannel(), is("user/u7"));
            assertThat(read.getAck().getPosition(), is("p".repeat(length)));
        }
    }

    private static String text(ByteBuf frame, int at, int length) {
        return frame.toString(at, length, StandardCharsets.UTF_8);
    }
}
