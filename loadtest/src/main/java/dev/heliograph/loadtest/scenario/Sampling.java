package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.measure.Costs;
import dev.heliograph.loadtest.measure.ProcStat;
import dev.heliograph.loadtest.measure.RedisStats;
import dev.heliograph.loadtest.report.Moment;
import dev.heliograph.loadtest.swarm.Snapshot;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Looks at a rig, for its timeline and for the terminal. */
final class Sampling implements Timeline.Source {

    private static final double MICROS_PER_SECOND = 1e6;

    private final Rig rig;
    private final Progress progress;

    Sampling(Rig rig, Progress progress) {
        this.rig = rig;
        this.progress = progress;
    }

    @Override
    public Moment read(double second) throws IOException {
        Snapshot now = rig.swarm().snapshot();
        long sent = rig.producer().sent();
        progress.show(now.ready(), rig.settings().devices(), sent, now.received());
        long rss = 0;
        for (long pid : rig.gateways()) {
            rss += ProcStat.rssBytes(pid);
        }
        double others = rig.redis().map(RedisStats::cpuMicros).orElse(0L);
        for (Map.Entry<String, List<Long>> part : rig.parts().entrySet()) {
            others += part.getKey().equals(Costs.GATEWAY) ? 0 : cpuMicros(part.getValue());
        }
        return new Moment(
                second,
                rig.phase(),
                now.up(),
                now.ready(),
                sent,
                now.received(),
                rss,
                cpuMicros(rig.gateways()) / MICROS_PER_SECOND,
                others / MICROS_PER_SECOND,
                cpuMicros(rig.devices()) / MICROS_PER_SECOND);
    }

    private static double cpuMicros(List<Long> pids) throws IOException {
        long micros = 0;
        for (long pid : pids) {
            micros += ProcStat.cpuMicros(pid);
        }
        return micros;
    }
}
