import type { ECharts } from "echarts/core";
import type { Spec } from "./spec";

function save(name: string, href: string): void {
  Object.assign(document.createElement("a"), { href, download: name }).click();
}

const cell = (value: string | number | null): string => {
  const text = value === null ? "" : String(value);
  // A leading =, +, - or @ in a text cell would run as a formula in a spreadsheet.
  const safe = typeof value === "string" && /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

export function csv(spec: Spec): string {
  const rows = spec.series.flatMap((series) =>
    series.points.map((p) => [series.name, p.x, p.y, p.low, p.high, p.n].map(cell).join(",")),
  );
  return ["series,x,y,low,high,n", ...rows].join("\r\n") + "\r\n";
}

export function saveCsv(spec: Spec): void {
  // The byte order mark makes Excel read Chinese as UTF-8.
  const url = URL.createObjectURL(new Blob(["\ufeff", csv(spec)], { type: "text/csv;charset=utf-8" }));
  save(`${spec.title}.csv`, url);
  URL.revokeObjectURL(url);
}

export function savePng(chart: ECharts, spec: Spec): void {
  const backgroundColor = getComputedStyle(document.documentElement).getPropertyValue("--color-base-100").trim();
  save(`${spec.title}.png`, chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor }));
}
