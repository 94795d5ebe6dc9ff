// Spec to ECharts option: lines with a band, bars with whiskers, a low base hatched and labelled with its n.
import type { EChartsCoreOption } from "echarts/core";
import { amount, compact, day, shortDay } from "./format";
import type { Annotation, Point, Series, Spec } from "./spec";
import { language, word } from "./words";

type Row = Record<string, unknown>;

const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function colour(series: Series, index: number): string {
  if (series.tone) return token(series.tone);
  return token(`series-${(index % 6) + 1}`);
}

const isLow = (point: Point, spec: Spec): boolean => point.n !== null && point.n < spec.low_base;
const sideways = (spec: Spec): boolean => spec.kind === "hbar";
const pair = (spec: Spec, x: unknown, y: unknown): unknown[] => (sideways(spec) ? [y, x] : [x, y]);

function band(series: Series, fill: string, spec: Spec): Row[] {
  if (!series.points.some((p) => p.low !== null && p.high !== null)) return [];
  const common = { type: "line", symbol: "none", silent: true, stack: `band-${series.name}`, stackStrategy: "all", z: 1 };
  const line = { opacity: 0 };
  return [
    { ...common, lineStyle: line, data: series.points.map((p) => [p.x, p.low]) },
    {
      ...common,
      lineStyle: line,
      areaStyle: { color: fill, opacity: 0.16 },
      data: series.points.map((p) => [p.x, p.low === null || p.high === null ? null : p.high - p.low]),
    },
  ].map((row) => ({ ...row, name: `${series.name} ${spec.level}`, tooltip: { show: false } }));
}

function line(series: Series, index: number, spec: Spec): Row[] {
  const fill = colour(series, index);
  const main = {
    name: series.name,
    type: "line",
    z: 3,
    symbolSize: 6,
    showSymbol: series.points.length <= 40,
    color: fill,
    lineStyle: { width: 2, type: series.dashed ? "dashed" : "solid" },
    emphasis: { focus: "series" },
    data: series.points.map((p) => ({
      value: [p.x, p.y],
      href: p.href,
      symbol: isLow(p, spec) ? "emptyCircle" : "circle",
    })),
  };
  return [...band(series, fill, spec), main];
}

interface DrawApi {
  value(dimension: number): number;
  coord(point: number[]): number[];
}

/** Whisker from low to high with two small caps, drawn over its bar (offset for grouped bars). */
function whisker(spec: Spec, index: number): (params: unknown, api: DrawApi) => Row {
  const spread = spec.series.length > 1 ? 14 : 0;
  const shift = (index - (spec.series.length - 1) / 2) * spread;
  return (_params, api) => {
    const [at, low, high] = [api.value(0), api.value(1), api.value(2)];
    const from = api.coord(pair(spec, at, low) as number[]);
    const to = api.coord(pair(spec, at, high) as number[]);
    const [dx, dy] = sideways(spec) ? [0, 4] : [4, 0];
    const [sx, sy] = sideways(spec) ? [0, shift] : [shift, 0];
    const stroke = (x1: number, y1: number, x2: number, y2: number): Row => ({
      type: "line",
      shape: { x1: x1 + sx, y1: y1 + sy, x2: x2 + sx, y2: y2 + sy },
      style: { stroke: token("color-base-content"), lineWidth: 1.25 },
    });
    const [fx = 0, fy = 0] = from;
    const [tx = 0, ty = 0] = to;
    return {
      type: "group",
      silent: true,
      children: [
        stroke(fx, fy, tx, ty),
        stroke(fx - dx, fy - dy, fx + dx, fy + dy),
        stroke(tx - dx, ty - dy, tx + dx, ty + dy),
      ],
    };
  };
}

const hatch = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: "rgba(127,127,127,.75)" };

function bar(series: Series, index: number, spec: Spec): Row[] {
  const fill = colour(series, index);
  const main = {
    name: series.name,
    type: "bar",
    color: fill,
    barMaxWidth: spec.series.length > 1 && spec.kind !== "stacked" ? 12 : 24,
    ...(spec.kind === "stacked" ? { stack: "all" } : {}),
    data: series.points.map((p) => ({
      value: pair(spec, p.x, p.y),
      href: p.href,
      ...(isLow(p, spec) ? { itemStyle: { opacity: 0.55, decal: hatch } } : {}),
    })),
  };
  const spans = series.points.map((p, at) => [at, p.low, p.high]).filter(([, low, high]) => low !== null && high !== null);
  if (spans.length === 0 || spec.kind === "stacked") return [main];
  return [main, { type: "custom", z: 5, silent: true, renderItem: whisker(spec, index), data: spans, tooltip: { show: false } }];
}

function marks(annotations: Annotation[]): Row {
  const shade = { change: token("star"), action: token("color-primary"), alarm: token("bad") };
  return {
    symbol: "none",
    silent: true,
    label: { show: true, position: "end", distance: 4, fontSize: 11 },
    data: annotations.map((a) => ({
      xAxis: a.x,
      lineStyle: { color: shade[a.kind], type: a.kind === "action" ? "solid" : "dashed" },
      label: { formatter: a.label, color: shade[a.kind] },
    })),
  };
}

function row(text: string, className = ""): HTMLElement {
  return Object.assign(document.createElement("div"), { textContent: text, className });
}

/** Built as elements, not as a string: a strict content security policy refuses style attributes in markup. */
function tip(spec: Spec, at: string): HTMLElement {
  const box = Object.assign(document.createElement("div"), { className: "chart-tip" });
  box.append(Object.assign(document.createElement("strong"), { textContent: spec.axis === "time" ? day(at) : at }));
  for (const series of spec.series) {
    const point = series.points.find((p) => p.x === at);
    if (!point) continue;
    const lead = spec.series.length > 1 ? `${series.name} ` : "";
    box.append(row(`${lead}${amount(point.y, spec.unit)}`));
    if (point.low !== null && point.high !== null) {
      const level = `${Math.round(spec.level * 100)}%`;
      box.append(row(`${level} ${amount(point.low, spec.unit)} – ${amount(point.high, spec.unit)}`, "mute"));
    }
    if (point.n !== null) box.append(row(`n = ${compact(point.n)}${isLow(point, spec) ? ` · ${word("low_base")}` : ""}`, "mute"));
  }
  for (const note of spec.annotations) if (note.x === at) box.append(row(note.label));
  return box;
}

interface Hovered {
  name?: string;
  dataIndex: number;
  axisValue?: string | number;
  value?: unknown;
}

function hovered(spec: Spec, params: Hovered | Hovered[]): string {
  const first = Array.isArray(params) ? params[0] : params;
  return spec.series[0]?.points[first?.dataIndex ?? 0]?.x ?? "";
}

/** No axis goes where no figure can be: shares end at 100 %, the NPS at 100. */
const LIMITS: Partial<Record<Spec["unit"], [number, number]>> = { percent: [0, 1], points: [-100, 100] };

/** ECharts sees neither whiskers nor bands: the axis reaches their ends, stops on even ticks, and counts in whole steps. */
function extent(spec: Spec): Row {
  const given = { ...(spec.minimum === null ? {} : { min: spec.minimum }), ...(spec.maximum === null ? {} : { max: spec.maximum }) };
  if (spec.kind === "stacked") return given;
  const ends = spec.series.flatMap((s) => s.points.flatMap((p) => [p.y, p.low, p.high])).filter((v) => v !== null);
  if (ends.length === 0) return given;
  const base = spec.kind === "line" ? [] : [0];
  const [least, most] = [Math.min(...base, ...ends), Math.max(...base, ...ends)];
  const [lowest, highest] = LIMITS[spec.unit] ?? [-Infinity, Infinity];
  const step = Math.max(even((most - least) / 5 || 1), spec.unit === "count" ? 1 : 0);
  const min = Math.floor(least / step) * step;
  const max = Math.ceil(most / step) * step;
  return {
    min: least < lowest ? min : Math.max(min, lowest),
    max: most > highest ? max : Math.min(max, highest),
    interval: step,
    ...given,
  };
}

/** The next of 1, 2, 5 × 10ⁿ. */
function even(value: number): number {
  const size = 10 ** Math.floor(Math.log10(value));
  return size * ([1, 2, 5, 10].find((each) => each * size >= value) ?? 10);
}

/** A low base says its n beside the name, where no whisker crosses it. */
function named(spec: Spec): (name: string) => string {
  const low = new Map(spec.series[0]?.points.filter((p) => isLow(p, spec)).map((p) => [p.x, p.n]));
  return (name) => {
    const shown = spec.axis === "time" ? shortDay(name) : name;
    return spec.series.length === 1 && low.has(name) ? `${shown}  n=${low.get(name)}` : shown;
  };
}

/** Days that have a figure, at most eight of them: ECharts would name the 1st, 8th and 15th between two weeks. */
function measured(days: string[]): number[] {
  const each = Math.ceil(days.length / 8) || 1;
  return days.filter((_, at) => (days.length - 1 - at) % each === 0).map((at) => new Date(at).getTime());
}

function axes(spec: Spec): { xAxis: Row; yAxis: Row } {
  const quiet = { axisLine: { show: false }, axisTick: { show: false } };
  const label = { color: token("mute"), fontSize: 11, hideOverlap: true };
  const names = spec.series[0]?.points.map((p) => p.x) ?? [];
  const along: Row =
    spec.axis === "time" && spec.kind === "line"
      ? { type: "time", ...quiet, axisLabel: { ...label, formatter: shortDay, customValues: measured(names) } }
      : {
          type: "category",
          data: names,
          ...quiet,
          inverse: sideways(spec),
          axisLabel: {
            ...label,
            interval: sideways(spec) ? 0 : "auto",
            width: 150,
            overflow: "truncate",
            formatter: named(spec),
          },
        };
  const value: Row = {
    type: "value",
    ...quiet,
    scale: spec.kind === "line",
    ...extent(spec),
    splitNumber: 4,
    splitLine: { lineStyle: { color: token("rule") } },
    axisLabel: { ...label, formatter: (v: number) => amount(v, spec.unit === "score" ? "points" : spec.unit) },
  };
  return sideways(spec) ? { xAxis: value, yAxis: along } : { xAxis: along, yAxis: value };
}

export function option(spec: Spec): EChartsCoreOption {
  const make = spec.kind === "line" ? line : bar;
  const series = spec.series.flatMap((each, index) => make(each, index, spec));
  const main = series.find((each) => each["name"] === spec.series[0]?.name);
  if (main && spec.annotations.length > 0) main["markLine"] = marks(spec.annotations);
  const many = spec.series.length > 1;
  return {
    animation: false,
    locale: language().startsWith("zh") ? "ZH" : "EN",
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: token("color-base-content") },
    aria: { enabled: true, label: { description: spec.title } },
    grid: { left: 4, right: 16, top: many ? 32 : spec.annotations.length > 0 ? 24 : 10, bottom: 4, containLabel: true },
    ...(many
      ? {
          legend: {
            data: spec.series.map((s) => s.name), type: "scroll", left: 0, top: 0, itemWidth: 16, itemHeight: 8,
            icon: "roundRect", textStyle: { color: token("color-base-content"), fontSize: 12 },
          },
        }
      : {}),
    tooltip: {
      trigger: spec.kind === "line" || spec.kind === "stacked" ? "axis" : "item",
      confine: true,
      transitionDuration: 0,
      backgroundColor: token("color-base-100"),
      borderColor: token("rule"),
      textStyle: { color: token("color-base-content") },
      axisPointer: { lineStyle: { color: token("mute") } },
      formatter: (params: Hovered | Hovered[]) => tip(spec, hovered(spec, params)),
    },
    ...axes(spec),
    series,
  };
}
