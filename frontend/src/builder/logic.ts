// Conditions as rows one reads aloud: "all of: answer to nps is at most 6; segment of the customer is gold".
import { button, choose, h, say } from "./dom";
import type { Json, State } from "./state";

const GROUPS = ["all", "any", "not"] as const;
const LOOKS = ["answer", "customer", "event", "score", "about"] as const;
const OPERATORS = ["=", "!=", ">", "<", ">=", "<=", "in", "contains", "exists"];

const groupOf = (condition: Json): (typeof GROUPS)[number] | undefined => GROUPS.find((each) => each in condition);
const lookOf = (condition: Json): (typeof LOOKS)[number] => LOOKS.find((each) => each in condition) ?? "answer";

function parsed(text: string, op: string): Json {
  const one = (each: string): string | number | boolean =>
    each.trim() !== "" && !Number.isNaN(Number(each)) ? Number(each) : each === "true" ? true : each === "false" ? false : each.trim();
  return op === "in" ? text.split(",").map(one) : one(text);
}

export class Conditions {
  constructor(
    private readonly state: State,
    private readonly before: number,
  ) {}

  private earlier(): Json[] {
    return this.state.draft.questions.slice(0, this.before).filter((each: Json) => each.type !== "note");
  }

  fresh(): Json {
    const earlier = this.earlier();
    const last = earlier[earlier.length - 1];
    return last ? { answer: last.name, op: "exists" } : { customer: "segment", op: "=", value: "gold" };
  }

  /** `replace` puts a new condition (or nothing) where this one stands. */
  view(condition: Json, replace: (next: Json | null) => void): HTMLElement {
    const group = groupOf(condition);
    if (!group) return this.row(condition, replace);
    const inside: Json[] = group === "not" ? [condition.not] : condition[group];
    const put = (kind: string, parts: Json[]): void => {
      if (!parts.length) replace(null);
      else replace(kind === "not" ? { not: parts.length > 1 ? { any: parts } : parts[0] } : { [kind]: parts });
    };
    const rows = inside.map((each, at) =>
      h("li", {}, this.view(each, (next) => put(group, inside.flatMap((old, index) => (index !== at ? [old] : next === null ? [] : [next]))))),
    );
    const kinds: [string, string][] = GROUPS.map((each) => [each, say(`group_${each}`)]);
    return h(
      "div",
      { class: "condition-group" },
      choose(say("group"), group, kinds, (kind) => put(kind, inside)),
      h("ul", { class: "condition-list" }, ...rows),
      button(say("add_condition"), () => put(group === "not" ? "not" : group, [...inside, this.fresh()])),
      button(say("add_group"), () => put(group, [...inside, { any: [this.fresh()] }])),
    );
  }

  private row(condition: Json, replace: (next: Json | null) => void): HTMLElement {
    const look = lookOf(condition);
    const set = (more: Json): void => replace({ ...condition, ...more });
    const looks: [string, string][] = LOOKS.map((each) => [each, say(`look_${each}`)]);
    const other = (kind: string): void => {
      const name = kind === "answer" ? (this.earlier()[0]?.name ?? "") : kind === "about" ? "language" : "";
      replace({ [kind]: name, op: condition.op ?? "=", ...(condition.op === "exists" ? {} : { value: condition.value ?? "" }) });
    };
    return h(
      "div",
      { class: "condition" },
      choose(say("look"), look, looks, other),
      this.name(condition, look, set),
      choose(say("operator"), condition.op ?? "=", OPERATORS.map((op) => [op, say(`op_${op}`)]), (op) => {
        const { value: _old, ...rest } = condition;
        replace(op === "exists" ? { ...rest, op } : { ...condition, op, value: parsed(String(condition.value ?? ""), op) });
      }),
      condition.op !== "exists" && this.value(condition, look, set),
      button("×", () => replace(null), { "aria-label": say("remove_condition") }),
      button(say("and_or"), () => replace({ all: [condition, this.fresh()] })),
    );
  }

  private name(condition: Json, look: string, set: (more: Json) => void): HTMLElement {
    const draft = this.state.draft;
    if (look === "answer") {
      const names: [string, string][] = this.earlier().map((each) => [each.name, each.name]);
      const question = draft.questions.find((each: Json) => each.name === condition.answer);
      const pick = choose(say("question"), condition.answer, names, (answer) => {
        const chosen = draft.questions.find((each: Json) => each.name === answer);
        set({ answer, row: chosen?.type === "matrix" ? chosen.rows[0].value : undefined });
      });
      if (question?.type !== "matrix") return pick;
      const rows: [string, string][] = question.rows.map((row: Json) => [row.value, row.value]);
      return h("span", {}, pick, choose(say("row"), condition.row, rows, (row) => set({ row })));
    }
    if (look === "score") {
      const values: [string, string][] = draft.values.map((each: Json) => [each.name, each.name]);
      return choose(say("look_score"), condition.score, values, (score) => set({ score }));
    }
    if (look === "about") {
      const about: [string, string][] = ["language", "channel"].map((each) => [each, say(`about_${each}`)]);
      return choose(say("look_about"), condition.about, about, (value) => set({ about: value }));
    }
    const change = (event: Event): void => set({ [look]: (event.target as HTMLInputElement).value.trim() });
    return h("input", { class: "input input-sm", value: condition[look], "aria-label": say(`look_${look}`), change });
  }

  private value(condition: Json, look: string, set: (more: Json) => void): HTMLElement {
    const question = look === "answer" && this.state.draft.questions.find((each: Json) => each.name === condition.answer);
    const options: Json[] | undefined = question && (question.type === "matrix" ? question.columns : question.options);
    if (options && condition.op !== "in") {
      const rows: [string, string][] = options.map((each) => [each.value, each.text[this.state.draft.languages[0]] || each.value]);
      return choose(say("value"), String(condition.value ?? ""), [["", "–"], ...rows], (value) => set({ value }));
    }
    const change = (event: Event): void => set({ value: parsed((event.target as HTMLInputElement).value, condition.op) });
    const shown = Array.isArray(condition.value) ? condition.value.join(", ") : String(condition.value ?? "");
    return h("input", { class: "input input-sm", value: shown, "aria-label": say("value"), change });
  }
}
