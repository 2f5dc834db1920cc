package dev.heliograph.loadtest.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.heliograph.loadtest.measure.Figure;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs, for programs: figures by phase, named with their units. */
public final class JsonReport {

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final Gson PRETTY =
            new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

    private JsonReport() {}

    /** One line, without curves and timelines. */
    public static String line(List<Result> results) {
        List<Map<String, Object>> all = results.stream().map(JsonReport::figures).toList();
        return GSON.toJson(all.size() == 1 ? all.getFirst() : Map.of("runs", all));
    }

    /** All there is. */
    public static String whole(List<Result> results, Surroundings surroundings) {
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("surroundings", surroundings);
        whole.put(
                "runs",
                results.stream()
                        .map(
                                result -> {
                                    Map<String, Object> run = figures(result);
                                    Map<String, Object> curves = new LinkedHashMap<>();
                                    result.phases()
                                            .forEach(it -> curves.put(it.name(), it.percentiles()));
                                    run.put("percentiles", curves);
                                    run.put("timeline", result.timeline());
                                    return run;
                                })
                        .toList());
        return PRETTY.toJson(whole);
    }

    private static Map<String, Object> figures(Result result) {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("scenario", result.scenario());
        run.put("peer", result.peer());
        run.put("passed", result.passed());
        run.put(
                "abilities",
                result.abilities().stream()
                        .sorted()
                        .map(ability -> ability.name().toLowerCase(Locale.ROOT))
                        .toList());
        Map<String, Object> phases = new LinkedHashMap<>();
        for (Phase phase : result.phases()) {
            Map<String, Object> figures = new LinkedHashMap<>();
            Map<Figure, Double> sorted = new EnumMap<>(Figure.class);
            sorted.putAll(phase.figures());
            sorted.forEach((figure, value) -> figures.put(figure.key(), rounded(value)));
            phases.put(phase.name(), figures);
        }
        run.put("phases", phases);
        run.put("problems", result.problems());
        run.put("remarks", result.remarks());
        run.put("costs", result.costs());
        return run;
    }

    /** Whole numbers without a fraction, others with three digits of it. */
    private static Number rounded(double value) {
        if (value == Math.rint(value)) {
            return (long) value;
        }
        return Math.round(value * 1_000) / 1_000.0;
    }
}
