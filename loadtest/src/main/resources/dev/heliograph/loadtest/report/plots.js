// Draws the plots of the report. `report` is what the JSON file holds; Chart is Chart.js.
const colours = ["#2463c9", "#c2571a", "#7a3fc0", "#14805a", "#b3261e", "#8a7a00", "#0f7f99", "#a8326f"];
const style = getComputedStyle(document.documentElement);
Chart.defaults.color = style.getPropertyValue("--faint");
Chart.defaults.borderColor = style.getPropertyValue("--rule");
Chart.defaults.animation = false;
Chart.defaults.elements.point.radius = 0;
Chart.defaults.elements.line.borderWidth = 1.5;

function plot(plots, title, series, x, y) {
  const drawn = series.filter((one) => one.data.length > 1);
  if (drawn.length === 0) {
    return;
  }
  const box = document.createElement("div");
  const heading = document.createElement("h4");
  const frame = document.createElement("div");
  const canvas = document.createElement("canvas");
  heading.textContent = title;
  frame.className = "canvas";
  frame.append(canvas);
  box.append(heading, frame);
  plots.append(box);
  new Chart(canvas, {
    type: "line",
    data: {
      datasets: drawn.map((one, i) => ({
        ...one,
        borderColor: colours[i % colours.length],
        backgroundColor: colours[i % colours.length],
        pointRadius: one.data.length < 20 ? 3 : 0,
      })),
    },
    options: {
      maintainAspectRatio: false,
      parsing: false,
      interaction: { mode: "nearest", intersect: false },
      scales: { x: { type: "linear", ...x }, y: { type: "linear", ...y } },
      plugins: { legend: { display: drawn.length > 1, labels: { boxWidth: 12 } } },
    },
  });
}

const axis = (text, more = {}) => ({ title: { display: true, text }, ...more });
const fromZero = (text) => axis(text, { beginAtZero: true });

// 90 %, 99 %, 99.9 % are as far apart as they are rare.
const rareness = (percent) => Math.log10(1 / (1 - Math.min(percent, 99.999) / 100));
const percentAt = (x) => `${Number((100 * (1 - 10 ** -x)).toFixed(3))} %`;
// The first round of each system shows what the others look like.
for (const scenario of new Set(report.runs.map((run) => run.scenario))) {
  const runs = report.runs.filter(
    (run, i, all) =>
      run.scenario === scenario &&
      run.timeline.length > 0 &&
      all.findIndex((other) => other.scenario === scenario && other.peer === run.peer) === i,
  );
  const several = runs.length > 1;
  const heading = document.createElement("h3");
  heading.textContent = scenario;
  const plots = document.createElement("div");
  plots.className = "plots";
  document.getElementById("plots").append(heading, plots);

  plot(
    plots,
    "Latency over percentiles",
    runs.flatMap((run) =>
      Object.entries(run.percentiles).map(([phase, curve]) => ({
        label: [several && run.peer, phase].filter(Boolean).join(", "),
        data: curve.map((at) => ({ x: rareness(at.percent), y: at.ms })),
      })),
    ),
    axis("of deliveries", { ticks: { stepSize: 1, callback: percentAt } }),
    axis("ms", { type: "logarithmic" }),
  );

  const steps = runs
    .map((run) => ({ run, at: Object.values(run.phases).filter((it) => it.p99_ms && it.sent_per_second) }))
    .filter((it) => it.at.length > 2);
  const overRate = (figure) =>
    steps.map(({ run, at }) => ({
      label: `${run.peer} ${figure.replace("_ms", "").replaceAll("_", " ")}`,
      data: at.map((phase) => ({ x: phase.sent_per_second, y: phase[figure] })),
    }));
  plot(
    plots,
    "Latency over rate",
    [...overRate("p50_ms"), ...overRate("p99_ms")],
    fromZero("notifications per second"),
    axis("ms", { type: "logarithmic" }),
  );
  plot(plots, "Deliveries over rate", overRate("delivered_per_second"), fromZero("notifications per second"), fromZero("per second"));

  plot(
    plots,
    "Gateway memory over connections",
    runs.map((run) => ({
      label: run.peer,
      data: run.timeline
        .filter((at) => at.phase === "connect")
        .map((at) => ({ x: at.ready, y: at.rss / 2 ** 20 })),
    })),
    fromZero("devices"),
    fromZero("MiB resident"),
  );

  const overTime = (value) =>
    runs.map((run) => ({
      label: run.peer,
      data: run.timeline.map((at) => ({ x: at.second, y: value(at) })),
    }));
  const rates = (label, count) =>
    runs.map((run) => ({
      label: several ? `${run.peer} ${label}` : label,
      data: run.timeline.slice(1).map((at, i) => ({
        x: at.second,
        y: (count(at) - count(run.timeline[i])) / Math.max(0.001, at.second - run.timeline[i].second),
      })),
    }));
  plot(plots, "Devices over time", overTime((at) => at.ready), axis("s"), fromZero("ready"));
  plot(
    plots,
    "Notifications and deliveries over time",
    [...rates("sent", (at) => at.sent), ...rates("delivered", (at) => at.received)],
    axis("s"),
    fromZero("per second"),
  );
  plot(
    plots,
    "Processors in use over time",
    [
      ...rates("gateways", (at) => at.gatewayCpu),
      // With several systems there would be more lines than anyone can tell apart.
      ...(several ? [] : rates("ingest and Redis", (at) => at.otherCpu)),
      ...(several ? [] : rates("devices", (at) => at.deviceCpu)),
    ],
    axis("s"),
    fromZero("cores"),
  );
  plot(plots, "Gateway memory over time", overTime((at) => at.rss / 2 ** 20), axis("s"), fromZero("MiB resident"));
}
