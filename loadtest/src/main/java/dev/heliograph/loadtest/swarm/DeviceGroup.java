package dev.heliograph.loadtest.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The devices of one process. Belongs to their event loop, whose methods are called there only. */
final class DeviceGroup {

    /** Finer than what is measured in ramps; coarse enough to cost nothing. */
    private static final long TICK_MS = 10;

    private static final long SWEEP_MS = 1_000;

    /** A device that churns is away for up to this long. */
    private static final long MAX_ABSENCE_MS = 2_000;

    /**
     * Devices of a ramp that have not arrived yet. More at a time would time out on a system that
     * is slower than the ramp, come again, and keep the others from arriving.
     */
    static final int MAX_ON_THEIR_WAY = 64;

    private static final double TICKS_PER_SECOND = 1_000.0 / TICK_MS;

    private final Order.SetUp setUp;
    private final TopicPlan topics;
    private final DeviceProtocol protocol;
    private final Tokens tokens;
    private final Sockets sockets;
    private final Tally tally;
    private final Booking booking;
    private final FrameWriter writer = new FrameWriter();
    private final Device[] devices;
    private int told;
    private Ramp ramp;
    private double churnPerTick;
    private double churnDue;
    private long sweptNanos;

    /** How many are to be told to connect, and since when. */
    private record Ramp(RampPlan plan, int from, int count, long beganNanos) {}

    DeviceGroup(Order.SetUp setUp, DeviceProtocol protocol, EventLoop loop) throws IOException {
        this.setUp = setUp;
        this.topics = setUp.topics();
        this.protocol = protocol;
        this.tokens = new Tokens(Path.of(setUp.jwks()), TopicPlan.ALL_NAMES);
        this.sockets = new Sockets(loop);
        this.tally = new Tally(setUp.offsetNanos());
        this.booking = new Booking(setUp.count() * places());
        this.devices = new Device[setUp.count()];
    }

    /** Begins to work. */
    void start() {
        for (int index = 0; index < devices.length; index++) {
            devices[index] = new Device(index, this);
        }
        OwnLag.watch(loop(), tally);
        var _ = loop().scheduleAtFixedRate(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
        var _ = loop().scheduleAtFixedRate(this::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
    }

    private EventLoop loop() {
        return sockets.loop();
    }

    Sockets sockets() {
        return sockets;
    }

    Tally tally() {
        return tally;
    }

    Snapshot snapshot() {
        return tally.snapshot(booking.missing());
    }

    void begin() {
        tally.begin(booking.missing());
    }

    IntervalResult interval() {
        return tally.interval(booking.missing());
    }

    /** The number of a device in the swarm. */
    int number(int index) {
        return setUp.first() + index * setUp.step();
    }

    Conversation conversation(int index, DeviceEvents events) {
        return protocol.conversation(identity(index), events);
    }

    /** A connection to be started. */
    Link link(Device device, int index, int target) {
        String gateway = setUp.targets().get(target % setUp.targets().size());
        return new Link(device, writer, protocol.handshake(gateway, identity(index)));
    }

    /** Where a device turns that comes back, as a load balancer has it. */
    int otherTarget(int target) {
        int all = setUp.targets().size();
        return all == 1 ? 0 : (target + 1 + ThreadLocalRandom.current().nextInt(all - 1)) % all;
    }

    void after(long millis, Runnable task) {
        var _ = loop().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    private DeviceIdentity identity(int index) {
        int number = number(index);
        String user = "u" + number;
        return new DeviceIdentity(number, user, topics.names(number), tokens.sign(user));
    }

    /** The next devices come, as fast as the plan says and the system takes them. */
    void connect(int count, RampPlan plan) {
        ramp = new Ramp(plan, told, Math.min(count, devices.length - told), System.nanoTime());
    }

    void cutAll() {
        for (Device device : devices) {
            device.cut();
        }
    }

    void disconnectAll() {
        churnPerTick = 0;
        ramp = null;
        for (Device device : devices) {
            device.disconnect();
        }
        told = 0;
    }

    void churn(double perSecond) {
        churnPerTick = perSecond / TICKS_PER_SECOND;
    }

    /** A fraction of the devices, evenly spread, reads slowly; the others do not. */
    void slow(double fraction, int bytesPerSecond) {
        for (int index = 0; index < devices.length; index++) {
            boolean slow = Math.floor((index + 1) * fraction) > Math.floor(index * fraction);
            if (slow || devices[index].isSlow()) {
                devices[index].pace(slow ? bytesPerSecond : -1);
            }
        }
    }

    /** A device has got something. */
    void received(int index, ByteBuf payload, boolean slow) {
        tally.received++;
        int place = Payload.isOf(setUp.run(), payload) ? place(index, payload) : -1;
        if (place < 0) {
            tally.foreign++;
            return;
        }
        switch (booking.book(place, Payload.number(payload))) {
            case DUPLICATE -> {
                tally.duplicates++;
                return;
            }
            case LATE -> tally.late++;
            case FRESH -> {
                // As it should be.
            }
        }
        if (!slow) {
            tally.arrived(Payload.intendedEpochNanos(payload));
        }
    }

    private int place(int index, ByteBuf payload) {
        int channel = Payload.channel(payload);
        int number = Payload.number(channel);
        if (Payload.number(payload) < 0) {
            return -1;
        }
        if (!Payload.isTopic(channel)) {
            return number == number(index) ? index * places() : -1;
        }
        int place = topics.place(number(index), number);
        return place < 0 ? -1 : index * places() + 1 + place;
    }

    private int places() {
        return 1 + topics.perDevice();
    }

    /** What has not come of what was sent. */
    Settlement outstanding(Order.Outstanding sent) {
        Outstanding found = new Outstanding(sent);
        for (int index = 0; index < told; index++) {
            int number = number(index);
            int device = index;
            found.in(booking, device * places(), number, Payload.user(number));
            for (int place = 0; place < topics.perDevice(); place++) {
                found.in(
                        booking,
                        device * places() + 1 + place,
                        number,
                        Payload.topic(topics.topic(number, place)));
            }
        }
        return found.settlement();
    }

    private void tick() {
        if (ramp != null) {
            int due = ramp.plan().due(ramp.count(), System.nanoTime() - ramp.beganNanos());
            int most = Math.min(ramp.from() + due, tally.ready + MAX_ON_THEIR_WAY);
            while (told < most) {
                devices[told++].connect();
            }
            if (told == ramp.from() + ramp.count()) {
                ramp = null;
            }
        }
        churnDue = told == 0 ? 0 : churnDue + churnPerTick;
        for (; churnDue >= 1; churnDue--) {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            devices[random.nextInt(told)].leave(
                    random.nextBoolean(), random.nextLong(MAX_ABSENCE_MS));
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        // After a pause of this process, what has come meanwhile is to be read first.
        boolean late = now - sweptNanos > TimeUnit.MILLISECONDS.toNanos(2 * SWEEP_MS);
        sweptNanos = now;
        if (late) {
            return;
        }
        for (int index = 0; index < told; index++) {
            devices[index].sweep(now);
        }
    }
}
