// Mirrors allears.kit.charts: the one shape that pages, API and exports share.
import type { Unit } from "./format";

export interface Point {
  x: string;
  y: number | null;
  low: number | null;
  high: number | null;
  n: number | null;
  href: string;
}
export interface Series {
  name: string;
  points: Point[];
  tone: "" | "good" | "fair" | "bad" | "star";
  dashed: boolean;
}
export interface Annotation {
  x: string;
  label: string;
  kind: "change" | "action" | "alarm";
}
export interface Spec {
  kind: "line" | "bar" | "hbar" | "stacked";
  title: string;
  series: Series[];
  unit: Unit;
  axis: "time" | "category";
  level: number;
  low_base: number;
  minimum: number | null;
  maximum: number | null;
  caveat: string;
  annotations: Annotation[];
}
