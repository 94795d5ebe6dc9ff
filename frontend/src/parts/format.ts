// Numbers as each language writes them: 12,345 and 1.2M in English, 12,345 and 1.2万 / 3.4亿 in Chinese.
import { language } from "./words";

export type Unit = "count" | "points" | "percent" | "seconds" | "money" | "score";

export function whole(value: number): string {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: 1 }).format(value);
}

export function compact(value: number): string {
  return new Intl.NumberFormat(language(), { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** Shares arrive as 0–1; everything else arrives in its own unit. */
export function amount(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined) return "–";
  if (unit === "percent") {
    return new Intl.NumberFormat(language(), { style: "percent", maximumFractionDigits: 1 }).format(value);
  }
  if (unit === "score") {
    return new Intl.NumberFormat(language(), { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
  }
  return Math.abs(value) >= 10_000 ? compact(value) : whole(value);
}

export function day(value: string): string {
  const date = new Date(value.length === 10 ? `${value}T00:00:00` : value);
  if (Number.isNaN(date.getTime())) return value;
  return new Intl.DateTimeFormat(language(), { dateStyle: "long" }).format(date);
}

export function shortDay(value: number | string): string {
  return new Intl.DateTimeFormat(language(), { month: "short", day: "numeric" }).format(new Date(value));
}
