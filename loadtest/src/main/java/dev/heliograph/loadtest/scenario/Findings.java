package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.report.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What a run has found so far. Of one thread: the scenario's. */
final class Findings {

    private final List<Phase> phases = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    void add(Phase phase) {
        phases.add(phase);
    }

    /** The run fails, if it holds. */
    void problem(boolean holds, Supplier<String> text) {
        if (holds) {
            problems.add(text.get());
        }
    }

    /** A reader should know, if it holds. */
    void remark(boolean holds, Supplier<String> text) {
        if (holds) {
            remarks.add(text.get());
        }
    }

    List<Phase> phases() {
        return phases;
    }

    List<String> problems() {
        return problems;
    }

    List<String> remarks() {
        return remarks;
    }
}
