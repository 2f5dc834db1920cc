package dev.heliograph.client.device;

/** The client has stopped for good before what was asked for happened. */
public final class DeviceClosedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ConnectionState.Closed state;

    DeviceClosedException(ConnectionState.Closed state) {
        super("[" + state.label() + "] " + state.message());
        this.state = state;
    }

    /** The client's last state. */
    public ConnectionState.Closed state() {
        return state;
    }
}
