// What belongs to the survey as a whole: its frame, languages, endings, quotas, computed values, looks.
import { button, choose, h, say } from "./dom";
import { Conditions } from "./logic";
import { texts } from "./question";
import type { Json, LanguageStatus, State } from "./state";

function line(label: string, value: string | number, act: (value: string) => void, attributes: Record<string, string> = {}): HTMLElement {
  const change = (event: Event): void => act((event.target as HTMLInputElement).value.trim());
  return h("label", { class: "small mute flex gap-2 items-center" }, label, h("input", { class: "input input-sm", value, change, ...attributes }));
}

export function frame(state: State): HTMLElement {
  const { draft } = state;
  const layouts: [string, string][] = ["page", "steps", "single"].map((each) => [each, say(`layout_${each}`)]);
  const put = (name: string, value: string): void => state.change((next) => (next.theme = { ...next.theme, [name]: value }));
  return h(
    "div",
    { class: "stack" },
    choose(say("layout"), draft.layout, layouts, (layout) => state.change((next) => (next.layout = layout))),
    texts(state, draft, "title", "$.title", say("title")),
    texts(state, draft, "intro", "$.intro", say("intro")),
    texts(state, draft, "thanks", "$.thanks", say("thanks")),
    texts(state, draft.mail, "subject", "$.mail.subject", say("subject")),
    texts(state, draft.mail, "intro", "$.mail.intro", say("mail_intro")),
    line(say("colour"), draft.theme.colour, (value) => put("colour", value), { placeholder: "#0b665a", "data-place": "$.theme.colour" }),
    line(say("logo_text"), draft.theme.logo_text, (value) => put("logo_text", value), { "data-place": "$.theme.logo_text" }),
    logo(put, draft.theme.logo),
    h("h3", { class: "small" }, say("endings")),
    ...draft.endings.map((ending: Json, at: number) => {
      const set = (name: string, value: Json): void => state.change((next) => (next.endings[at][name] = value));
      return h(
        "div",
        { class: "condition-group" },
        line(say("name"), ending.name, (value) => set("name", value), { "data-place": `$.endings[${at}].name` }),
        h("label", { class: "small flex gap-2 items-center" }, h("input", { type: "checkbox", class: "checkbox checkbox-sm", checked: ending.screened, change: (event: Event) => set("screened", (event.target as HTMLInputElement).checked) }), say("screened")),
        texts(state, ending, "text", `$.endings[${at}].text`, say("ending_text")),
        button(say("remove"), () => state.change((next) => next.endings.splice(at, 1))),
      );
    }),
    button(say("add_ending"), () => state.change((next) => next.endings.push({ name: `ending_${next.endings.length + 1}`, text: state.texts(), screened: false }))),
  );
}

function logo(put: (name: string, value: string) => void, now: string): HTMLElement {
  const change = (event: Event): void => {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (!file) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => put("logo", String(reader.result)));
    reader.readAsDataURL(file);
  };
  return h(
    "label",
    { class: "small mute flex gap-2 items-center", "data-place": "$.theme.logo" },
    say("logo"),
    h("input", { type: "file", class: "file-input file-input-sm", accept: "image/png,image/jpeg,image/webp,image/gif", change }),
    now ? button(say("remove"), () => put("logo", "")) : null,
  );
}

export function counting(state: State): HTMLElement {
  const { draft } = state;
  const names: [string, string][] = draft.questions.map((each: Json) => [each.name, each.name]);
  const all = new Conditions(state, draft.questions.length);
  const values = draft.values.map((value: Json, at: number) => {
    const set = (name: string, next: Json): void => state.change((copy) => (copy.values[at][name] = next));
    const terms = value.of.map((term: Json, number: number) =>
      h(
        "li",
        { class: "flex gap-2 items-center", "data-place": `$.values[${at}].of[${number}].question` },
        choose(say("question"), term.question, names, (question) => state.change((copy) => (copy.values[at].of[number].question = question))),
        line("×", term.weight ?? 1, (weight) => state.change((copy) => (copy.values[at].of[number].weight = Number(weight) || 0)), { type: "number", step: "any" }),
        button("×", () => state.change((copy) => copy.values[at].of.splice(number, 1)), { "aria-label": say("remove") }),
      ),
    );
    return h(
      "div",
      { class: "condition-group" },
      line(say("name"), value.name, (name) => set("name", name), { "data-place": `$.values[${at}].name` }),
      choose(say("how"), value.how, ["sum", "mean"].map((each) => [each, say(`how_${each}`)]), (how) => set("how", how)),
      h("ul", { class: "condition-list" }, ...terms),
      button(say("add_term"), () => state.change((copy) => copy.values[at].of.push({ question: names[0]?.[0] ?? "", weight: 1 }))),
      button(say("remove"), () => state.change((copy) => copy.values.splice(at, 1))),
    );
  });
  const quotas = draft.quotas.map((quota: Json, at: number) => {
    const set = (name: string, next: Json): void => state.change((copy) => (copy.quotas[at][name] = next));
    return h(
      "div",
      { class: "condition-group" },
      line(say("name"), quota.name, (name) => set("name", name), { "data-place": `$.quotas[${at}].name` }),
      line(say("limit"), quota.limit, (limit) => set("limit", Math.max(0, Math.round(Number(limit)) || 0)), { type: "number" }),
      h("div", { "data-place": `$.quotas[${at}].when` }, all.view(quota.when, (next) => set("when", next ?? all.fresh()))),
      texts(state, quota, "text", `$.quotas[${at}].text`, say("quota_text")),
      button(say("remove"), () => state.change((copy) => copy.quotas.splice(at, 1))),
    );
  });
  return h(
    "div",
    { class: "stack" },
    h("h3", { class: "small" }, say("values")),
    h("p", { class: "small mute" }, say("values_help")),
    ...values,
    button(say("add_value"), () => state.change((copy) => copy.values.push({ name: `value_${copy.values.length + 1}`, how: "sum", of: [] }))),
    h("h3", { class: "small" }, say("quotas")),
    h("p", { class: "small mute" }, say("quotas_help")),
    ...quotas,
    button(say("add_quota"), () => state.change((copy) => copy.quotas.push({ name: `quota_${copy.quotas.length + 1}`, limit: 100, when: all.fresh(), text: state.texts() }))),
  );
}

export function languages(state: State): HTMLElement {
  const rows = state.languages.map((each: LanguageStatus) => {
    const first = state.draft.languages[0] === each.language;
    const swap = (): void =>
      state.change((draft) => {
        const [from, to] = each.offered ? ["languages", "preparing"] : ["preparing", "languages"];
        draft[from] = draft[from].filter((code: string) => code !== each.language);
        draft[to] = [...draft[to], each.language];
      });
    return h(
      "li",
      { class: "flex flex-wrap gap-3 items-center" },
      h("strong", {}, each.language),
      h("progress", { max: each.total, value: each.total - each.missing.length, "aria-label": each.language }),
      h("span", { class: "small" }, say("translated", each.total - each.missing.length, each.total)),
      each.to_check.length > 0 && h("span", { class: "small text-bad", title: each.to_check.join("\n") }, say("to_check", each.to_check.length)),
      h("span", { class: "small mute" }, first ? say("source_language") : each.offered ? say("offered") : say("not_offered")),
      first ? null : button(each.offered ? say("stop_offering") : say("offer"), swap),
    );
  });
  const input = h("input", { class: "input input-sm w-20", maxlength: 10, placeholder: "fr", "aria-label": say("language_code") });
  const add = (): void => {
    const code = input.value.trim().toLowerCase();
    if (!/^[a-z]{2,3}$/.test(code) || [...state.draft.languages, ...state.draft.preparing].includes(code)) return;
    state.change((draft) => draft.preparing.push(code));
  };
  return h("div", { class: "stack" }, h("ul", { class: "stack" }, ...rows), h("div", { class: "flex gap-2" }, input, button(say("add_language"), add)));
}

export function json(state: State): HTMLElement {
  const area = h("textarea", { class: "textarea w-full font-mono", rows: 28, spellcheck: "false", "aria-label": "JSON" }, JSON.stringify(state.draft, null, 2));
  const wrong = h("p", { class: "small text-bad", role: "alert" });
  const take = (): void => {
    try {
      const next = JSON.parse(area.value) as Json;
      if (!Array.isArray(next.questions) || !Array.isArray(next.languages)) throw new Error(say("no_survey"));
      state.change((draft) => {
        for (const name of Object.keys(draft)) delete draft[name];
        Object.assign(draft, { values: [], quotas: [], endings: [], preparing: [], theme: {}, layout: "page", ...next });
      });
    } catch (error) {
      wrong.textContent = (error as Error).message;
    }
  };
  return h("div", { class: "stack" }, area, wrong, button(say("take_json"), take, { class: "btn btn-sm btn-outline" }));
}
