package dev.heliograph.loadtest.peer.floor;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * What goes from the publisher to a gateway.
 *
 * @param topic whether the name is a topic's, else a user's
 */
record Publication(boolean topic, String name, byte[] payload) {

    static Publication read(DataInputStream in) throws IOException {
        boolean topic = in.readBoolean();
        String name = in.readUTF();
        byte[] payload = new byte[in.readInt()];
        in.readFully(payload);
        return new Publication(topic, name, payload);
    }

    void write(DataOutputStream out) throws IOException {
        out.writeBoolean(topic);
        out.writeUTF(name);
        out.writeInt(payload.length);
        out.write(payload);
    }

    /** As a binary frame from a server (RFC 6455 section 5.2). */
    byte[] frame() {
        int length = payload.length;
        int header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
        byte[] frame = new byte[header + length];
        frame[0] = (byte) 0x82;
        switch (header) {
            case 2 -> frame[1] = (byte) length;
            case 4 -> {
                frame[1] = 126;
                frame[2] = (byte) (length >>> 8);
                frame[3] = (byte) length;
            }
            default -> {
                frame[1] = 127;
                for (int i = 0; i < 4; i++) {
                    frame[9 - i] = (byte) (length >>> (8 * i));
                }
            }
        }
        System.arraycopy(payload, 0, frame, header, length);
        return frame;
    }
}
