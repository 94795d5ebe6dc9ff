// The survey builder: questions on the left, one of them in the middle, the page as customers see it on the right.
import { button, h, say } from "./builder/dom";
import { KINDS, QuestionEditor } from "./builder/question";
import { counting, frame, json, languages } from "./builder/settings";
import { State, type Json, type LanguageStatus, type Problem } from "./builder/state";

interface Data {
  draft: Json;
  revision: number;
  problems: Problem[];
  languages: LanguageStatus[];
  names: Record<string, string>;
  urls: { draft: string; preview: string };
}
type Tab = "questions" | "frame" | "counting" | "languages" | "json";

/** The survey's language that whoever builds it reads, else its first. */
function spokenHere(languages: string[]): string {
  const reader = document.documentElement.lang.slice(0, 2);
  return languages.find((each) => each.slice(0, 2) === reader) ?? languages[0] ?? "en";
}

const root = document.getElementById("builder");
if (root) start(root, JSON.parse(document.getElementById("builder-data")!.textContent!) as Data);

function start(root: HTMLElement, data: Data): void {
  const csrf = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')!.content;
  let tab: Tab = "questions";
  let revision = data.revision;
  let timer = 0;
  let seen = 0;
  let saving: Promise<boolean> | null = null;
  let unsaved = false;
  let stopped = false;
  let dragged = -1;
  let pressing = false; // a button that is being pressed must not be replaced under the finger
  let waiting = false;
  let size = "phone";
  let language = spokenHere(data.draft.languages);

  const state = new State(data.draft, (redraw) => {
    unsaved = true;
    clearTimeout(timer);
    timer = window.setTimeout(() => void save(), 900);
    clearTimeout(seen);
    seen = window.setTimeout(preview, 500);
    status.textContent = say("unsaved");
    if (!redraw) tools();
    else if (pressing) waiting = true;
    else draw();
  });
  state.problems = data.problems;
  state.languages = data.languages;

  const bar = h("div", { class: "builder-bar" });
  const list = h("ol", { class: "builder-list", "aria-label": say("questions") });
  const middle = h("div", { class: "stack" });
  const side = h("nav", { class: "stack", "aria-label": say("questions") });
  const status = h("span", { class: "small mute", role: "status", id: "draft-status" });
  const frameElement = h("iframe", { name: "builder-preview", title: say("preview"), class: "builder-frame" });
  const previewForm = h("form", { method: "post", target: "builder-preview", hidden: true }, h("input", { name: "csrfmiddlewaretoken", value: csrf }), h("input", { name: "draft" }));
  const publishForm = h("form", { method: "post" }, h("input", { type: "hidden", name: "csrfmiddlewaretoken", value: csrf }), h("input", { type: "hidden", name: "draft" }), h("input", { type: "hidden", name: "step", value: "publish" }));
  const looks = h("div", { class: "flex flex-wrap gap-2" });

  // Saving: one at a time; what changed meanwhile is saved next. Somebody else's save is never overwritten.
  async function save(): Promise<boolean> {
    if (saving) {
      await saving;
      return unsaved ? save() : true;
    }
    if (stopped || !unsaved) return !stopped;
    unsaved = false;
    saving = (async () => {
      try {
        const answer = await fetch(data.urls.draft, {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
          body: JSON.stringify({ definition: state.draft, revision }),
        });
        const told = (await answer.json()) as { revision: number; problems: Problem[]; languages: LanguageStatus[]; detail?: string };
        if (answer.status === 409) stopped = true;
        if (!answer.ok) throw new Error(told.detail ?? String(answer.status));
        revision = told.revision;
        state.problems = told.problems;
        state.languages = told.languages;
        if (!unsaved) status.textContent = say("saved", new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }));
        marks();
        if (tab === "languages") body();
        return true;
      } catch (error) {
        unsaved = true;
        status.textContent = stopped ? say("moved") : say("not_saved", (error as Error).message);
        if (!stopped) timer = window.setTimeout(() => void save(), 5000);
        return false;
      } finally {
        saving = null;
      }
    })();
    return saving;
  }

  async function publish(): Promise<void> {
    if (unsaved && !(await save())) return;
    if (state.problems.length) {
      goTo(state.problems[0]!);
      return;
    }
    publishForm.querySelector<HTMLInputElement>("[name=draft]")!.value = JSON.stringify(state.draft);
    unsaved = false;
    publishForm.submit();
  }

  function preview(): void {
    previewForm.action = `${data.urls.preview}?lang=${language}`;
    previewForm.querySelector<HTMLInputElement>("[name=draft]")!.value = JSON.stringify(state.draft);
    previewForm.submit();
  }

  // Problems stand at their place, and in a list that leads there.
  function marks(): void {
    for (const each of middle.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
    for (const each of middle.querySelectorAll(".problem")) each.remove();
    for (const { place, problem } of state.problems) {
      const at = middle.querySelector(`[data-place="${CSS.escape(place)}"]`);
      if (!at) continue;
      at.setAttribute("aria-invalid", "true");
      at.after(h("p", { class: "problem small text-bad" }, problem));
    }
    const bad = new Set(state.problems.map(({ place }) => /^\$\.questions\[(\d+)\]/.exec(place)?.[1]));
    list.querySelectorAll("li").forEach((each, at) => each.classList.toggle("is-wrong", bad.has(String(at))));
    const found = root.querySelector<HTMLElement>("#builder-problems")!;
    found.replaceChildren(
      ...(state.problems.length ? [h("summary", {}, say("problems", state.problems.length))] : []),
      h("ul", { class: "small" }, ...state.problems.slice(0, 40).map((each) => h("li", {}, button(`${each.place}: ${each.problem}`, () => goTo(each), { class: "as-link text-start" })))),
    );
    found.hidden = !state.problems.length;
  }

  function goTo({ place }: Problem): void {
    const at = /^\$\.questions\[(\d+)\]/.exec(place)?.[1];
    tab = at !== undefined ? "questions" : /^\$\.(values|quotas)/.test(place) ? "counting" : "frame";
    if (at !== undefined) state.selected = Number(at);
    draw();
    const target = middle.querySelector<HTMLElement>(`[data-place="${CSS.escape(place)}"]`);
    target?.focus();
    target?.scrollIntoView({ block: "center" });
  }

  // Moving: drag a card, Alt with an arrow while it has the focus, or the two buttons beside it.
  function shift(at: number, by: number): void {
    state.move(at, at + by);
    const now = state.selected;
    status.textContent = say("moved_to", titleOf(state.draft.questions[now]), now + 1, state.draft.questions.length);
    const same = list.querySelector<HTMLButtonElement>(`[data-keep="${by < 0 ? "up" : "down"}:${now}"]`);
    (same && !same.disabled ? same : list.querySelectorAll<HTMLElement>(".builder-card")[now])?.focus();
  }

  const titleOf = (question: Json): string => question.text?.[spokenHere(state.draft.languages)] || question.text?.[state.draft.languages[0]] || question.name;

  function mover(question: Json, at: number, by: number): HTMLElement {
    const way = by < 0 ? "up" : "down";
    const last = by < 0 ? 0 : state.draft.questions.length - 1;
    const label = say(`move_${way}`, titleOf(question));
    return button(by < 0 ? "↑" : "↓", () => shift(at, by), { class: "builder-move", "aria-label": label, title: label, "data-keep": `${way}:${at}`, disabled: at === last });
  }

  function card(question: Json, at: number): HTMLElement {
    const title = titleOf(question);
    const select = (): void => {
      state.selected = at;
      draw();
      list.querySelectorAll<HTMLElement>(".builder-card")[at]?.focus();
    };
    const keydown = (event: KeyboardEvent): void => {
      if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
      event.preventDefault();
      state.move(at, at + (event.key === "ArrowUp" ? -1 : 1));
      list.querySelectorAll<HTMLElement>(".builder-card")[state.selected]?.focus();
    };
    const face = h(
      "button",
      { type: "button", class: "builder-card", "data-keep": `card:${at}`, "aria-current": at === state.selected ? "true" : undefined, click: select, keydown, title: say("move_help") },
      h("span", { class: "tiny mute" }, `${at + 1} · ${say(`kind_${question.type}`)}${question.show_if || question.skips?.length ? " · ◇" : ""}${question.required ? " *" : ""}`),
      h("span", { class: "truncate" }, title),
    );
    return h(
      "li",
      {
        draggable: "true",
        class: question.begins_page ? "begins-page" : undefined,
        dragstart: () => (dragged = at),
        dragover: (event: DragEvent) => event.preventDefault(),
        drop: (event: DragEvent) => {
          event.preventDefault();
          if (dragged >= 0) state.move(dragged, at);
          dragged = -1;
        },
      },
      face,
      h("span", { class: "builder-moves" }, mover(question, at, -1), mover(question, at, 1)),
    );
  }

  function add(type: string): void {
    const at = state.draft.questions.length ? state.selected + 1 : 0;
    const fresh = state.freshQuestion(type);
    tab = "questions";
    state.change((draft) => {
      state.selected = at;
      draft.questions.splice(at, 0, fresh);
    });
    middle.querySelector<HTMLElement>("textarea")?.focus();
  }

  function copy(): void {
    const at = state.selected;
    const twin = { ...JSON.parse(JSON.stringify(state.draft.questions[at])), name: state.freshName() };
    state.change((draft) => {
      state.selected = at + 1;
      draft.questions.splice(at + 1, 0, twin);
    });
  }

  function remove(): void {
    if (state.draft.questions.length < 2) return;
    const at = state.selected;
    state.change((draft) => {
      state.selected = Math.max(0, at - 1);
      draft.questions.splice(at, 1);
    });
  }

  function tools(): void {
    const tabs = (["questions", "frame", "counting", "languages", "json"] as Tab[]).map((each) =>
      button(say(`tab_${each}`), () => ((tab = each), draw()), { class: `btn btn-sm ${tab === each ? "btn-neutral" : "btn-ghost"}`, "aria-pressed": String(tab === each) }),
    );
    bar.replaceChildren(
      h("div", { class: "flex flex-wrap gap-1" }, ...tabs),
      h(
        "div",
        { class: "flex flex-wrap gap-2 items-center ms-auto" },
        status,
        button(say("undo"), () => state.undo(), { class: "btn btn-sm btn-ghost", disabled: !state.canUndo, "data-undo": true, "data-keep": "undo" }),
        button(say("redo"), () => state.redo(), { class: "btn btn-sm btn-ghost", disabled: !state.canRedo, "data-redo": true, "data-keep": "redo" }),
        button(say("publish"), () => void publish(), { class: "btn btn-sm btn-primary", "data-publish": true }),
      ),
    );
  }

  function body(): void {
    const views: Record<Tab, () => HTMLElement> = {
      questions: () =>
        h(
          "div",
          { class: "stack" },
          new QuestionEditor(state, state.selected).view(),
          h("div", { class: "flex gap-2" }, button(say("duplicate"), copy, { "data-copy-question": true }), button(say("remove_question"), remove, { "data-remove-question": true })),
        ),
      frame: () => frame(state),
      counting: () => counting(state),
      languages: () => languages(state),
      json: () => json(state),
    };
    middle.replaceChildren(views[tab]());
    marks();
  }

  function draw(): void {
    waiting = false;
    const focus = document.activeElement?.getAttribute("data-place");
    const keep = document.activeElement?.getAttribute("data-keep");
    tools();
    list.replaceChildren(...state.draft.questions.map(card));
    body();
    if (focus) middle.querySelector<HTMLElement>(`[data-place="${CSS.escape(focus)}"]`)?.focus();
    if (keep) refocus(keep);
    const codes: string[] = [...state.draft.languages, ...state.draft.preparing];
    looks.replaceChildren(
      ...codes.map((code) => button(data.names[code] ?? code, () => ((language = code), preview(), draw()), { "aria-pressed": String(language === code), class: `btn btn-xs ${language === code ? "btn-neutral" : "btn-outline"}` })),
      ...["phone", "desk"].map((each) => button(say(each), () => ((size = each), draw()), { "aria-pressed": String(size === each), class: `btn btn-xs ${size === each ? "btn-neutral" : "btn-ghost"}` })),
    );
    frameElement.classList.toggle("builder-desk", size === "desk");
  }

  /** What had the focus before all was drawn anew has it again; a button that has nothing left to do passes it on. */
  function refocus(keep: string): void {
    const at = (name: string) => root.querySelector<HTMLButtonElement>(`[data-keep="${name}"]:not(:disabled)`);
    const other = keep === "undo" ? "redo" : keep === "redo" ? "undo" : "";
    (at(/^(card|up|down):/.test(keep) ? `card:${state.selected}` : keep) ?? at(other) ?? at(`card:${state.selected}`))?.focus();
  }

  root.addEventListener("pointerdown", () => (pressing = true), { capture: true });
  for (const end of ["pointerup", "pointercancel", "dragend"]) { // a drag ends the press without a pointerup
    const released = (): void => {
      pressing = false;
      setTimeout(() => waiting && draw());
    };
    addEventListener(end, released, { capture: true });
  }
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (typing || event.isComposing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    if (event.shiftKey) state.redo();
    else state.undo();
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });

  const kinds = h("div", { class: "flex flex-wrap gap-1" }, ...KINDS.map((each) => button(`+ ${say(`kind_${each}`)}`, () => add(each), { class: "btn btn-xs btn-outline", "data-add": each })));
  side.append(list, kinds);
  root.replaceChildren(
    bar,
    h("details", { id: "builder-problems", class: "builder-problems", hidden: true }),
    h("div", { class: "builder" }, side, middle, h("div", { class: "stack stay" }, looks, frameElement)),
    previewForm,
    publishForm,
  );
  for (const each of document.querySelectorAll("[data-plain]")) each.remove();
  draw();
  preview();
}
