// One question: its words in every language side by side, what only its kind has, and its logic.
import { button, choose, h, say } from "./dom";
import { Conditions } from "./logic";
import type { Json, State } from "./state";

export const KINDS = ["score", "rating", "choice", "choices", "matrix", "ranking", "text", "number", "contact", "file", "note"];
const CONTACT = ["name", "company", "email", "phone", "address"];

export class QuestionEditor {
  constructor(
    private readonly state: State,
    private readonly index: number,
  ) {}

  private get question(): Json {
    return this.state.draft.questions[this.index];
  }

  private set(name: string, value: Json): void {
    this.state.change((draft) => (draft.questions[this.index][name] = value));
  }

  view(): HTMLElement {
    const question = this.question;
    const place = `$.questions[${this.index}]`;
    const kinds: [string, string][] = KINDS.map((each) => [each, say(`kind_${each}`)]);
    return h(
      "div",
      { class: "stack" },
      h(
        "div",
        { class: "flex flex-wrap gap-2 items-center" },
        choose(say("kind"), question.type, kinds, (type) => this.become(type)),
        this.line(say("name"), "name", place, say("name_help")),
        question.type !== "note" && this.check(say("required"), "required"),
        this.check(say("begins_page"), "begins_page"),
      ),
      texts(this.state, question, "text", `${place}.text`, say("text")),
      texts(this.state, question, "help", `${place}.help`, say("help")),
      ...this.own(place),
      this.logic(place),
    );
  }

  /** Answers of two kinds are never mixed: another kind is another question. */
  private become(type: string): void {
    const { text, help, show_if, begins_page } = this.question;
    const fresh = { ...this.state.freshQuestion(type), text, ...(help && { help }), ...(show_if && { show_if }), ...(begins_page && { begins_page }) };
    this.state.change((draft) => (draft.questions[this.index] = fresh));
  }

  private line(label: string, name: string, place: string, help = ""): HTMLElement {
    const change = (event: Event): void => this.rename(name, (event.target as HTMLInputElement).value.trim());
    return h(
      "label",
      { class: "small mute flex gap-2 items-center whitespace-nowrap", title: help },
      label,
      h("input", { class: "input input-sm", value: this.question[name] ?? "", "data-place": `${place}.${name}`, change }),
    );
  }

  /** Conditions, skips, values and texts follow a question to its new name. */
  private rename(field: string, value: string): void {
    const before = this.question[field];
    this.state.change((draft) => {
      draft.questions[this.index][field] = value;
      if (field !== "name") return;
      const follow = (node: Json): void => {
        if (!node || typeof node !== "object") return;
        for (const [key, inside] of Object.entries(node)) {
          if (["answer", "to", "question"].includes(key) && inside === before) node[key] = value;
          else if (typeof inside === "string") node[key] = inside.replaceAll(`{{answer.${before}}}`, `{{answer.${value}}}`);
          else follow(inside);
        }
      };
      follow(draft);
    });
  }

  private check(label: string, name: string): HTMLElement {
    const change = (event: Event): void => this.set(name, (event.target as HTMLInputElement).checked);
    return h(
      "label",
      { class: "small flex gap-2 items-center" },
      h("input", { type: "checkbox", class: "checkbox checkbox-sm", checked: Boolean(this.question[name]), change }),
      label,
    );
  }

  private figure(label: string, name: string): HTMLElement {
    const change = (event: Event): void => {
      const text = (event.target as HTMLInputElement).value;
      this.set(name, text === "" ? null : Number(text));
    };
    const value = this.question[name] ?? "";
    return h("label", { class: "small mute flex gap-2 items-center" }, label, h("input", { type: "number", class: "input input-sm w-20", value, change }));
  }

  private own(place: string): HTMLElement[] {
    const question = this.question;
    const row = (...parts: HTMLElement[]): HTMLElement => h("div", { class: "flex flex-wrap gap-3 items-center" }, ...parts);
    const ends = (): HTMLElement[] => [
      texts(this.state, question, "low", `${place}.low`, say("low")),
      texts(this.state, question, "high", `${place}.high`, say("high")),
    ];
    switch (question.type) {
      case "score":
        return [row(choose(say("metric"), question.metric, ["nps", "csat", "ces"].map((each) => [each, each.toUpperCase()]), (value) => this.set("metric", value))), ...ends()];
      case "rating":
        return [
          row(
            choose(say("style"), question.style ?? "star", ["star", "emoji", "number"].map((each) => [each, say(`style_${each}`)]), (value) => this.set("style", value)),
            this.figure(say("lowest"), "lowest"),
            this.figure(say("highest"), "highest"),
          ),
          ...ends(),
        ];
      case "choice":
      case "choices":
      case "ranking":
        return [
          this.options("options", say("options"), place),
          row(
            this.check(say("shuffle"), "shuffle"),
            ...(question.type === "choice" ? [this.check(say("dropdown"), "dropdown")] : []),
            ...(question.type === "choices" ? [this.figure(say("at_least"), "at_least"), this.figure(say("at_most"), "at_most")] : []),
          ),
        ];
      case "matrix":
        return [this.options("rows", say("rows"), place), this.options("columns", say("columns"), place), row(this.check(say("shuffle"), "shuffle"))];
      case "text":
        return [
          row(choose(say("lines"), question.lines ?? "many", ["one", "many"].map((each) => [each, say(`lines_${each}`)]), (value) => this.set("lines", value))),
          texts(this.state, question, "placeholder", `${place}.placeholder`, say("placeholder")),
          ...Object.keys(question.for_bands ?? {}).map((band) => texts(this.state, question.for_bands, band, `${place}.for_bands.${band}`, say(`band_${band}`))),
        ];
      case "number":
        return [row(this.figure(say("lowest"), "lowest"), this.figure(say("highest"), "highest"), this.check(say("whole"), "whole"))];
      case "contact":
        return [
          row(
            ...CONTACT.map((each) => {
              const change = (event: Event): void => {
                const on = (event.target as HTMLInputElement).checked;
                this.set("fields", CONTACT.filter((field) => (field === each ? on : question.fields.includes(field))));
              };
              return h("label", { class: "small flex gap-2 items-center" }, h("input", { type: "checkbox", class: "checkbox checkbox-sm", checked: question.fields.includes(each), change }), say(`contact_${each}`));
            }),
          ),
        ];
      case "file":
        return [row(this.figure(say("most_files"), "most"))];
      default:
        return [];
    }
  }

  private options(name: string, label: string, place: string): HTMLElement {
    const options: Json[] = this.question[name];
    const flags = name === "options" && this.question.type !== "ranking" ? ["other", "alone", "fixed"] : name === "options" ? ["fixed"] : [];
    const rows = options.map((option, at) => {
      const put = (key: string, value: Json): void => this.state.change((draft) => (draft.questions[this.index][name][at][key] = value));
      const value = (event: Event): void => put("value", (event.target as HTMLInputElement).value.trim());
      const points = (event: Event): void => {
        const text = (event.target as HTMLInputElement).value;
        put("score", text === "" ? null : Number(text));
      };
      return h(
        "li",
        { class: "option-row" },
        texts(this.state, option, "text", `${place}.${name}[${at}].text`, say("option", at + 1)),
        h(
          "div",
          { class: "flex flex-wrap gap-2 items-center" },
          h("input", { class: "input input-xs w-24", value: option.value, "aria-label": say("key"), title: say("key_help"), "data-place": `${place}.${name}[${at}].value`, change: value }),
          name !== "rows" && h("input", { type: "number", step: "any", class: "input input-xs w-16", value: option.score ?? "", "aria-label": say("points"), placeholder: say("points"), change: points }),
          ...flags.map((flag) => h("label", { class: "tiny flex gap-1 items-center" }, h("input", { type: "checkbox", class: "checkbox checkbox-xs", checked: Boolean(option[flag]), change: (event: Event) => put(flag, (event.target as HTMLInputElement).checked) }), say(`flag_${flag}`))),
          button("↑", () => at > 0 && this.state.change((draft) => draft.questions[this.index][name].splice(at - 1, 0, ...draft.questions[this.index][name].splice(at, 1))), { "aria-label": say("up") }),
          button("×", () => this.state.change((draft) => draft.questions[this.index][name].splice(at, 1)), { "aria-label": say("remove") }),
        ),
      );
    });
    const add = (): void => {
      const taken = new Set(options.map((each) => each.value));
      let number = options.length + 1;
      while (taken.has(String(number))) number += 1;
      this.state.change((draft) => draft.questions[this.index][name].push({ value: String(number), text: this.state.texts() }));
    };
    return h("fieldset", { class: "field" }, h("legend", { class: "small mute" }, label), h("ol", { class: "options", "data-place": `${place}.${name}` }, ...rows), button(say("add_option"), add));
  }

  private logic(place: string): HTMLElement {
    const question = this.question;
    const before = new Conditions(this.state, this.index);
    const after = new Conditions(this.state, this.index + 1);
    const names: [string, string][] = this.state.draft.questions.slice(this.index + 1).map((each: Json) => [each.name, each.name]);
    const ends: [string, string][] = [["end", say("to_end")], ...this.state.draft.endings.map((each: Json) => [`end:${each.name}`, `${say("to_end")}: ${each.name}`])];
    const skips: Json[] = question.skips ?? [];
    const putSkip = (at: number, more: Json): void => this.state.change((draft) => Object.assign(draft.questions[this.index].skips[at], more));
    const change = (event: Event): void => this.set("shuffle_with", (event.target as HTMLInputElement).value.trim());
    return h(
      "details",
      { class: "logic", open: Boolean(question.show_if || skips.length || question.shuffle_with) },
      h("summary", { class: "small" }, say("logic")),
      h(
        "div",
        { class: "stack" },
        h("div", { "data-place": `${place}.show_if` }, h("p", { class: "small mute" }, say("show_if")), question.show_if ? before.view(question.show_if, (next) => this.set("show_if", next)) : button(say("add_condition"), () => this.set("show_if", before.fresh()))),
        h(
          "div",
          {},
          h("p", { class: "small mute" }, say("skips")),
          ...skips.map((skip, at) =>
            h(
              "div",
              { class: "condition-group", "data-place": `${place}.skips[${at}].to` },
              skip.when ? after.view(skip.when, (next) => putSkip(at, { when: next })) : button(say("add_condition"), () => putSkip(at, { when: after.fresh() })),
              h("span", { class: "small" }, say("then_to")),
              choose(say("then_to"), skip.to, [...names, ...ends], (to) => putSkip(at, { to })),
              button("×", () => this.state.change((draft) => draft.questions[this.index].skips.splice(at, 1)), { "aria-label": say("remove") }),
            ),
          ),
          button(say("add_skip"), () => this.set("skips", [...skips, { when: after.fresh(), to: "end" }])),
        ),
        h("label", { class: "small mute flex gap-2 items-center" }, say("shuffle_with"), h("input", { class: "input input-sm", value: question.shuffle_with ?? "", change })),
      ),
    );
  }
}

/** One text in every language, side by side. */
export function texts(state: State, holder: Json, name: string, place: string, label: string): HTMLElement {
  const codes: string[] = [...state.draft.languages, ...state.draft.preparing];
  const fields = codes.map((code) => {
    const input = (event: Event): void => {
      const value = (event.target as HTMLTextAreaElement).value;
      state.change(() => (holder[name] = { ...(holder[name] ?? {}), [code]: value }), `${place}.${code}`);
    };
    return h("div", {}, h("textarea", { class: "textarea w-full", rows: 1, lang: code === "zh" ? "zh-Hans" : code, "aria-label": `${label}, ${code}`, "data-place": `${place}.${code}`, input }, holder[name]?.[code] ?? ""));
  });
  return h("fieldset", { class: "field" }, h("legend", { class: "small mute" }, label), h("div", { class: "cols cols-2" }, ...fields));
}
