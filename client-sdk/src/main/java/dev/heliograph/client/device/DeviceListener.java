package dev.heliograph.client.device;

/** Hears what happens to a client. Calls come one after the other on the client's executor. */
public interface DeviceListener {

    /** The state changed. */
    default void onState(ConnectionState from, ConnectionState to) {}

    /** A subscription ended by itself; its position stays where it was. */
    default void onSubscriptionFailed(Subscription subscription, SubscriptionException failure) {}

    /** Something happened that the client dealt with. */
    default void onDiagnostic(Diagnostic diagnostic) {}
}
