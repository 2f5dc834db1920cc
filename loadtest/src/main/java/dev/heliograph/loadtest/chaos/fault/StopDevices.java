package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.DeviceHost;
import java.io.IOException;
import java.util.random.RandomGenerator;

/** A process with devices is stopped: they read nothing, and their gateways must not mind. */
record StopDevices() implements Fault {

    @Override
    public String kind() {
        return "device-stop";
    }

    @Override
    public Part part() {
        return Part.DEVICE;
    }

    @Override
    public Span lasts() {
        return new Span(3, 20);
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        DeviceHost host = Scene.any(scene.devices(), random);
        return Attack.on(host.name(), host::pause, host::resume);
    }
}
