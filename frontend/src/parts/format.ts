// Numbers as each language writes them: 12,345 and 1.2M in English, 12,345 and 1.2万 / 3.4亿 in Chinese.
import { language } from "./words";

export type Unit = "count" | "points" | "percent" | "seconds" | "money" | "score";

/** With a true minus, as the server writes it. */
export function whole(value: number): string {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: 1 }).format(value).replace("-", "−");
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

/** Days as the server writes them: 22 Nov 2026, 2026年11月22日. */
const calendar = (): string => (language() === "en" ? "en-GB" : language());

export function day(value: string): string {
  const date = new Date(value.length === 10 ? `${value}T00:00:00` : value);
  if (Number.isNaN(date.getTime())) return value;
  return new Intl.DateTimeFormat(calendar(), { dateStyle: language() === "en" ? "medium" : "long" }).format(date);
}

export function shortDay(value: number | string): string {
  return new Intl.DateTimeFormat(calendar(), { month: "short", day: "numeric" }).format(new Date(value));
}
