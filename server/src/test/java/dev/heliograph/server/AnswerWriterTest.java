package dev.heliograph.server;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written together, and what may not wait. Frames are named by their stream. */
class AnswerWriterTest {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 0x1;
    private static final int NO_FLAGS = 0;

    private final List<List<Integer>> writes = new ArrayList<>();
    private final AnswerWriter writer = new AnswerWriter(new Socket());

    @Test
    void anAnswerIsOneWrite() {
        AnswerWriter.answer(
                () -> {
                    writer.writeNow(frame(HEADERS, NO_FLAGS, 1, new byte[30]));
                    writer.writeNow(frame(DATA, NO_FLAGS, 2, message(300, 300)));
                    writer.writeNow(frame(HEADERS, END_STREAM, 3, new byte[10]));
                });

        assertThat(writes, contains(List.of(1, 2, 3)));
    }

    @Test
    void outsideOfAnAnswerEachFrameGoesAtOnce() {
        writer.writeNow(frame(HEADERS, NO_FLAGS, 1, new byte[30]));
        writer.writeNow(frame(DATA, NO_FLAGS, 2, message(300, 300)));

        assertThat(writes, contains(List.of(1), List.of(2)));
    }

    @Test
    void aMessageThatGoesOnDoesNotWaitForTheWindow() {
        AnswerWriter.answer(
                () -> {
                    writer.writeNow(frame(HEADERS, NO_FLAGS, 1, new byte[30]));
                    writer.writeNow(frame(DATA, NO_FLAGS, 2, message(300, 200)));
                });

        assertThat(writes, contains(List.of(1, 2)));
    }

    @Test
    void whatAnotherThreadWritesTakesAlongWhatIsHeld() throws InterruptedException {
        AnswerWriter.answer(() -> writer.writeNow(frame(HEADERS, NO_FLAGS, 1, new byte[30])));
        assertThat(writes, empty());

        Thread other =
                Thread.startVirtualThread(
                        () -> writer.writeNow(frame(WINDOW_UPDATE, NO_FLAGS, 2, new byte[4])));
        other.join();

        assertThat(writes, contains(List.of(1, 2)));
    }

    @Test
    void aLargeFrameIsNotCopied() {
        AnswerWriter.answer(
                () -> {
                    writer.writeNow(frame(HEADERS, NO_FLAGS, 1, new byte[30]));
                    writer.writeNow(frame(DATA, NO_FLAGS, 2, message(10_000, 10_000)));
                    writer.writeNow(frame(HEADERS, END_STREAM, 3, new byte[10]));
                });

        assertThat(writes, contains(List.of(1), List.of(2), List.of(3)));
    }

    /** A gRPC message of this length, of which the frame has so many bytes. */
    private static byte[] message(int length, int there) {
        byte[] bytes = new byte[5 + there];
        bytes[3] = (byte) (length >> 8);
        bytes[4] = (byte) length;
        return bytes;
    }

    /** As Helidon makes them: a header and a payload, composed. */
    private static BufferData frame(int type, int flags, int stream, byte[] payload) {
        BufferData header = BufferData.create(9);
        header.writeInt24(payload.length);
        header.write(type);
        header.write(flags);
        header.writeInt32(stream);
        return BufferData.create(header, BufferData.create(payload));
    }

    /** Takes each write apart into frames. */
    private final class Socket implements DataWriter {

        @Override
        public void writeNow(BufferData bytes) {
            List<Integer> streams = new ArrayList<>();
            BufferData all = BufferData.create(bytes.readBytes());
            while (!all.consumed()) {
                int length = all.readInt24();
                all.skip(2);
                streams.add(all.readInt32());
                all.skip(length);
            }
            writes.add(streams);
        }

        @Override
        public void writeNow(BufferData... buffers) {
            writeNow(BufferData.create(buffers));
        }

        @Override
        public void write(BufferData... buffers) {
            writeNow(buffers);
        }

        @Override
        public void write(BufferData buffer) {
            writeNow(buffer);
        }
    }
}
