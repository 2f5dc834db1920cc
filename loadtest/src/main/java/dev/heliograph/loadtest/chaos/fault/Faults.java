package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.ServerNode.Role;
import dev.heliograph.loadtest.chaos.topology.TopologyKind;
import java.util.ArrayList;
import java.util.List;

/** All faults that there are. */
public final class Faults {

    private Faults() {}

    /** Those that fit a topology and that this machine can do. */
    public static List<Fault> in(TopologyKind topology) {
        List<Fault> all = new ArrayList<>();
        for (Role role : Role.values()) {
            all.add(new KillNode(role));
            all.add(StopNode.briefly(role));
            all.add(new RollingRestart(role));
        }
        all.add(StopNode.beyondItsMailbox());
        all.add(new ConnectionFlood());
        DescriptorLimit.ifPossible().ifPresent(all::add);
        for (RedisTargets targets : RedisTargets.values()) {
            all.add(new KillRedis(targets));
            all.add(new StopRedis(targets));
        }
        all.add(new KillWithReplica());
        all.add(new AofRestart());
        all.add(new LostTail());
        ClockBehind.ifInstalled().ifPresent(all::add);
        all.add(RedisCommand.clientKill());
        all.add(RedisCommand.clientPause());
        all.add(RedisCommand.scriptFlush());
        all.add(RedisCommand.debugSleep());
        all.add(RedisCommand.lowMemory());
        all.add(LinkFault.delay());
        all.add(LinkFault.blackhole());
        all.add(LinkFault.slowBytes());
        all.add(LinkFault.halfOpen());
        all.add(LinkFault.refusal());
        all.add(new LinkReset());
        all.add(new KillDevices());
        all.add(new StopDevices());
        return all.stream().filter(fault -> fault.fits(topology)).toList();
    }

    /** What this machine lacks for some fault; empty when nothing. */
    public static List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (ClockBehind.ifInstalled().isEmpty()) {
            missing.add("clock-behind: libfaketime is not installed (apt-get install faketime)");
        }
        if (DescriptorLimit.ifPossible().isEmpty()) {
            missing.add("gateway-fd-exhaustion: there is no prlimit (apt-get install util-linux)");
        }
        return missing;
    }
}
