package dev.heliograph.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes the answer to a unary call in one piece. Helidon writes its headers, its message and its
 * trailers one by one, and on a small machine three system calls cost more than all else that a
 * call takes. One per connection, shared by the threads of its calls.
 *
 * <p>Only what certainly goes on is held back, and only by a thread that is about to finish its
 * answer: headers that do not end the stream, and a message that is whole, so that nothing more of
 * it waits for the peer's flow-control window. Whatever any thread writes next takes it along.
 */
final class AnswerWriter implements DataWriter {

    private static final int FRAME_HEADER_BYTES = 9;
    private static final int TYPE_AT = 3;
    private static final int FLAGS_AT = 4;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int END_STREAM = 0x1;

    /** In front of a gRPC message: whether it is compressed, and its length. */
    private static final int MESSAGE_HEADER_BYTES = 5;

    /** Copying a larger frame costs as much as a system call. */
    private static final int MAX_HELD_BYTES = 8_192;

    /** What a usual answer takes. */
    private static final int INITIAL_BYTES = 512;

    private static final ScopedValue<Boolean> ANSWERING = ScopedValue.newInstance();

    private final DataWriter socket;
    private final ReentrantLock lock = new ReentrantLock();

    /* Guarded by lock. */
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(INITIAL_BYTES);

    AnswerWriter(DataWriter socket) {
        this.socket = socket;
    }

    /** Runs what answers one unary call, and then finishes it. */
    static void answer(Runnable call) {
        ScopedValue.where(ANSWERING, true).run(call);
    }

    @Override
    public void writeNow(BufferData frame) {
        lock.lock();
        try {
            int length = frame.available();
            if (ANSWERING.isBound()
                    && held.size() + length <= MAX_HELD_BYTES
                    && goesOn(frame, length)) {
                frame.writeTo(held);
            } else if (held.size() == 0) {
                socket.writeNow(frame);
            } else if (length <= MAX_HELD_BYTES) {
                frame.writeTo(held);
                writeHeld();
            } else {
                writeHeld();
                socket.writeNow(frame);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether more of the same answer follows without a wait. */
    private static boolean goesOn(BufferData frame, int length) {
        if (length < FRAME_HEADER_BYTES || (frame.get(FLAGS_AT) & END_STREAM) != 0) {
            return false;
        }
        return switch (frame.get(TYPE_AT)) {
            case HEADERS -> true;
            case DATA ->
                    length >= FRAME_HEADER_BYTES + MESSAGE_HEADER_BYTES
                            && messageBytes(frame)
                                    == length - FRAME_HEADER_BYTES - MESSAGE_HEADER_BYTES;
            default -> false;
        };
    }

    private static int messageBytes(BufferData frame) {
        int bytes = 0;
        for (int i = 1; i < MESSAGE_HEADER_BYTES; i++) {
            bytes = bytes << Byte.SIZE | (frame.get(FRAME_HEADER_BYTES + i) & 0xFF);
        }
        return bytes;
    }

    private void writeHeld() {
        if (held.size() > 0) {
            try {
                socket.writeNow(BufferData.create(held.toByteArray()));
            } finally {
                held.reset();
            }
        }
    }

    @Override
    public void writeNow(BufferData... frames) {
        writeNow(BufferData.create(frames));
    }

    @Override
    public void write(BufferData... frames) {
        writeNow(BufferData.create(frames));
    }

    @Override
    public void write(BufferData frame) {
        writeNow(frame);
    }

    @Override
    public void flush() {
        lock.lock();
        try {
            writeHeld();
            socket.flush();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
