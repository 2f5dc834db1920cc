package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.DeviceHost;
import java.io.IOException;
import java.util.random.RandomGenerator;

/** A process with devices is killed: they vanish, and come back with what they had saved. */
record KillDevices() implements Fault {

    @Override
    public String kind() {
        return "device-kill";
    }

    @Override
    public Part part() {
        return Part.DEVICE;
    }

    @Override
    public Span lasts() {
        return new Span(1, 10);
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        DeviceHost host = Scene.any(scene.devices(), random);
        return Attack.on(host.name(), host::kill, host::start);
    }
}
