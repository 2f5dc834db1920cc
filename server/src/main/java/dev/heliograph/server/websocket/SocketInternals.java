package dev.heliograph.server.websocket;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PlainSocket;
import io.helidon.common.socket.TlsSocket;
import io.helidon.webserver.ConnectionContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a WebSocket needs of Helidon's socket and its interfaces do not offer. Everything here is an
 * improvement only: where a field is not found, a connection costs some KB more, and a peer that
 * broke framing sees the end of the connection later. That is logged once.
 */
final class SocketInternals {

    private static final System.Logger LOG = System.getLogger(SocketInternals.class.getName());
    private static final AtomicBoolean LOGGED = new AtomicBoolean();

    /**
     * Room for one read. Helidon allots 8 KiB to each connection; what devices send often (Ack,
     * Heartbeat) is up to 100 bytes, and larger messages just take several reads.
     */
    private static final int READ_BUFFER_BYTES = 128;

    private static final Field READ_BUFFER = field(PlainSocket.class, "readBuffer");
    private static final Field DELEGATE = field(PlainSocket.class, "delegate");
    private static final Field HEAD = field(DataReader.class, "head");
    private static final Field TAIL = field(DataReader.class, "tail");

    /** What Helidon closes in the place of a socket that is not its own any more. */
    private static final Socket NOBODYS = new Socket();

    private SocketInternals() {}

    /** Whether this Helidon is one whose plain sockets {@link #takeOver} can take. */
    static boolean canTakeOver() {
        return DELEGATE != null;
    }

    /**
     * Takes a plain socket from Helidon, which will neither close nor hold it: all that HTTP needed
     * for the connection, and the deep stack of its thread, is gone once that thread has returned.
     *
     * @return false when Helidon keeps it
     */
    static boolean takeOver(ConnectionContext context) {
        HelidonSocket socket = context.serverSocket();
        return socket instanceof PlainSocket
                && !(socket instanceof TlsSocket)
                && canTakeOver()
                && set(DELEGATE, socket, NOBODYS);
    }

    /**
     * Of a connection that stays on Helidon's thread, gives back memory that only HTTP needs: most
     * of the read buffer, and the upgrade request with the token in it. The data reader must have
     * been drained and is of no use after that.
     */
    static void release(ConnectionContext context) {
        HelidonSocket socket = context.serverSocket();
        if (socket instanceof PlainSocket && READ_BUFFER != null) {
            set(READ_BUFFER, socket, new byte[READ_BUFFER_BYTES]);
        }
        if (HEAD != null && TAIL != null) {
            set(HEAD, context.dataReader(), null);
            set(TAIL, context.dataReader(), null);
        }
    }

    /** Tells the peer that nothing more comes, while reading goes on. */
    static void shutdownOutput(HelidonSocket socket) {
        if (socket instanceof PlainSocket && DELEGATE != null) {
            try {
                ((Socket) DELEGATE.get(socket)).shutdownOutput();
            } catch (IOException e) {
                LOG.log(Level.TRACE, "The peer was faster", e);
            } catch (IllegalAccessException e) {
                logOnce(e);
            }
        }
    }

    /**
     * Ends the connection at once, whatever its threads are doing. Helidon's own close of a TLS
     * socket says goodbye first, for which a peer that reads nothing leaves no room.
     */
    static void cut(HelidonSocket socket) {
        if (socket instanceof TlsSocket && DELEGATE != null) {
            try {
                ((Socket) DELEGATE.get(socket)).close();
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (IllegalAccessException e) {
                logOnce(e);
            }
        }
        socket.close();
    }

    private static boolean set(Field field, Object object, Object value) {
        try {
            field.set(object, value);
            return true;
        } catch (IllegalAccessException e) {
            logOnce(e);
            return false;
        }
    }

    private static Field field(Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException | RuntimeException e) {
            logOnce(e);
            return null;
        }
    }

    private static void logOnce(Exception e) {
        if (LOGGED.compareAndSet(false, true)) {
            LOG.log(
                    Level.INFO,
                    "This Helidon has other internals: connections cost more memory",
                    e);
        }
    }
}
