package dev.heliograph.loadtest.chaos.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.heliograph.loadtest.chaos.check.Verdict;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that is reported of a run.
 *
 * @param finished when, by the wall clock
 * @param faults in the order in which they ended
 * @param missing {@code user/device channel} of those who had not caught up
 * @param troubles what could not be healed
 * @param notRun what this machine could not do
 */
public record RunReport(
        String topology,
        double minutes,
        long seed,
        int perSecond,
        Instant finished,
        List<ReportedFault> faults,
        Set<String> missing,
        List<String> troubles,
        List<String> notRun,
        Verdict verdict,
        List<Timeline.Point> timeline) {

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final Gson PRETTY =
            new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

    /**
     * A fault.
     *
     * @param group faults of one group overlap
     * @param part what it hurts
     * @param loses which acknowledged notifications it may take
     * @param beginS seconds since the load began
     * @param endS seconds since the load began, when all was there again
     */
    public record ReportedFault(
            String kind,
            String target,
            String part,
            String loses,
            int group,
            double beginS,
            double endS) {}

    /** Whether nothing was found and everything was healed. */
    public boolean isClean() {
        return verdict.isClean() && missing.isEmpty() && troubles.isEmpty();
    }

    /** The figures of the verdict, and what run they are of. */
    Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>(verdict.figures());
        figures.put("clean", isClean());
        figures.put("topology", topology);
        figures.put("minutes", minutes);
        figures.put("seed", seed);
        figures.put("rate", perSecond);
        figures.put("troubles", troubles.size());
        return figures;
    }

    /** One line. */
    public String jsonLine() {
        return GSON.toJson(figures());
    }

    /** All of it. */
    public String json() {
        Map<String, Object> all = new LinkedHashMap<>(figures());
        all.put("finished", finished.toString());
        all.put("fault_list", faults);
        all.put("recoveries", verdict.recoveries());
        all.put("findings", verdict.findings());
        all.put("missing", missing);
        all.put("trouble_list", troubles);
        all.put("not_run", notRun);
        all.put("by_second", Timeline.arrays(timeline));
        return PRETTY.toJson(all);
    }
}
