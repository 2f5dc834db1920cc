package dev.heliograph.client.device;

import dev.heliograph.client.internal.TokenSource;
import dev.heliograph.client.store.PositionStore;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;

/**
 * What a client is made of.
 *
 * @param deviceId empty when the token binds one
 * @param observer whether a gateway under pressure may let it wait
 * @param executor where handlers and listeners run
 * @param random yields values in [0, 1)
 */
record DeviceOptions(
        String deviceId,
        boolean observer,
        TokenSource tokens,
        Transport transport,
        Loop loop,
        PositionStore store,
        DeviceListener listener,
        Executor executor,
        DoubleSupplier random) {}
