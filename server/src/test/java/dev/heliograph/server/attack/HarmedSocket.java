package dev.heliograph.server.attack;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;

/** A socket below TLS that damages what it is given to send. */
final class HarmedSocket extends Socket {

    private HostileTlsTest.Harm harm;

    /** Does so from now on. */
    void harm(HostileTlsTest.Harm from) {
        harm = from;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (harm == null) {
                    out.write(bytes, offset, length);
                    return;
                }
                switch (harm) {
                    case CUT_BY_A_FIN -> {
                        out.write(bytes, offset, length / 2);
                        shutdownOutput();
                    }
                    case CUT_BY_A_RESET -> {
                        out.write(bytes, offset, length / 2);
                        setSoLinger(true, 0);
                        HarmedSocket.this.close();
                    }
                    case CUT_AND_NOTHING_MORE -> out.write(bytes, offset, length / 2);
                    case CHANGED -> {
                        bytes[offset + length - 1] ^= 1;
                        out.write(bytes, offset, length);
                    }
                    case REPEATED -> {
                        out.write(bytes, offset, length);
                        out.write(bytes, offset, length);
                    }
                }
            }
        };
    }
}
