// <div class="chart" role="img" aria-label="…" data-chart='{"type":"bar","stacked":true,"labels":["1 Nov",…],
//   "series":[{"name":"Delivered","color":2,"data":[…]},…]}'></div>; color is 1 to 5 (--chart-1 … --chart-5).
// "times":["2026-11-22T19:00:00Z",…] in the place of labels are shown in the browser's zone, "dates":["2026-11-22",…] as days.
import { echarts } from "../vendor/echarts/index.js";
import { shown, shownDay } from "./times.js";

const charts = new Map();
const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => charts.get(target)?.resize()));
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// On paper a chart has to be whole at once.
let isPrinting = false;

function options(model) {
  const text = token("--chart-text");
  const grid = token("--chart-grid");
  const axis = { axisLabel: { color: text }, axisLine: { lineStyle: { color: grid } }, axisTick: { show: false } };
  return {
    animation: !isPrinting && !matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 8, top: 16, bottom: 40, containLabel: true },
    legend: { bottom: 0, textStyle: { color: text }, icon: "roundRect", itemWidth: 10, itemHeight: 10 },
    tooltip: {
      trigger: "axis", renderMode: "richText", axisPointer: { type: model.type === "line" ? "line" : "shadow" },
      backgroundColor: token("--chart-ground"), borderColor: grid, textStyle: { color: text },
    },
    xAxis: { type: "category", data: model.times?.map(shown) ?? model.dates?.map(shownDay) ?? model.labels, boundaryGap: model.type !== "line", ...axis },
    yAxis: { type: "value", minInterval: 1, ...axis, splitLine: { lineStyle: { color: grid } } },
    series: model.series.map((series, index) => ({
      name: series.name, type: model.type ?? "bar", data: series.data, smooth: 0.2, showSymbol: false,
      stack: model.stacked ? "all" : undefined, barMaxWidth: 28,
      areaStyle: model.type === "line" ? { opacity: 0.12 } : undefined,
      itemStyle: { color: token(`--chart-${series.color ?? index + 1}`) },
      lineStyle: { width: 2 },
    })),
  };
}

function draw(element) {
  let model;
  try { model = JSON.parse(element.dataset.chart); } catch { return; }
  let chart = charts.get(element);
  if (!chart) {
    chart = echarts.init(element, null, { renderer: "canvas" });
    charts.set(element, chart);
    resized.observe(element);
  }
  chart.setOption(options(model), true);
}

function drawAll() {
  for (const [element, chart] of charts) if (!element.isConnected) { resized.unobserve(element); chart.dispose(); charts.delete(element); }
  document.querySelectorAll("[data-chart]").forEach(draw);
}

document.addEventListener("martlet:theme", (event) => { isPrinting = event.detail.isPrinting; drawAll(); });
document.addEventListener("htmx:afterSettle", drawAll);
drawAll();
