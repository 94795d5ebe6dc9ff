// The server's chart spec (allears.kit.charts) drawn with ECharts. Nothing is computed here: estimates, intervals and
// n come from the server, and the table behind the picture is the server's too.
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { option } from "./parts/options";
import { saveCsv, savePng } from "./parts/save";
import type { Spec } from "./parts/spec";

echarts.use([
  LineChart,
  BarChart,
  CustomChart,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  MarkLineComponent,
  MarkAreaComponent,
  AriaComponent,
  CanvasRenderer,
]);

const drawn = new Map<HTMLElement, { chart: echarts.ECharts; spec: Spec }>();

function draw(figure: HTMLElement): void {
  const canvas = figure.querySelector<HTMLElement>(".chart-canvas");
  const source = figure.querySelector<HTMLScriptElement>('script[type="application/json"]');
  if (!canvas || !source || drawn.has(figure)) return;
  const spec = JSON.parse(source.textContent ?? "{}") as Spec;
  const chart = echarts.init(canvas, null, { renderer: "canvas" });
  chart.setOption(option(spec));
  drawn.set(figure, { chart, spec });
  new ResizeObserver(() => chart.resize()).observe(canvas);
  figure.querySelector("[data-save='csv']")?.addEventListener("click", () => saveCsv(spec));
  figure.querySelector("[data-save='png']")?.addEventListener("click", () => savePng(chart, spec));
  chart.on("click", (event) => {
    const href = (event.data as { href?: string } | undefined)?.href;
    if (href) location.assign(href);
  });
}

function forget(): void {
  for (const [figure, { chart }] of drawn) {
    if (figure.isConnected) continue;
    chart.dispose();
    drawn.delete(figure);
  }
}

export function drawAll(root: ParentNode): void {
  forget();
  for (const figure of root.querySelectorAll<HTMLElement>("[data-chart]")) draw(figure);
}

document.addEventListener("allears:theme", () => {
  for (const { chart, spec } of drawn.values()) chart.setOption(option(spec), { notMerge: true });
});
window.addEventListener("beforeprint", () => {
  for (const { chart } of drawn.values()) chart.resize();
});
