// The card that asks: a form like any other, in a shadow root, so that neither page nor widget disturbs the other.
import { sheet } from "./style";
import type { Words } from "./words";

export interface Question {
  name: string;
  kind: "score" | "choice" | "text";
  text: string;
  required?: boolean;
  values?: { score: number; band: string }[];
  low?: string;
  high?: string;
  options?: { value: string; text: string }[];
  bands?: Record<string, string>;
  placeholder?: string;
  max_length?: number;
}
export interface Ask {
  token?: string; // an invitation; without it the visitor came by themselves
  survey: string;
  language: string;
  title: string;
  intro?: string;
  thanks: string;
  company: string;
  questions: Question[];
  more?: boolean; // the rest is on the hosted page
}
export interface Look {
  accent: string;
  side: string;
}
type Answers = Record<string, string>;
type Child = Node | string | false | null | undefined;

export function h(tag: string, given: Record<string, any> = {}, ...children: Child[]): any {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((each): each is Node | string => !!each));
  return made;
}

/** A place on the page for a card or the button. */
export function frame(look: Look, into?: Element | null): ShadowRoot {
  const host = h("div", into ? { "data-into": true } : { "data-side": look.side });
  (into || document.body).append(host);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet(look.accent)];
  return root;
}

export interface Card {
  close(): void;
  say(words: string): void;
  done(words: string, href?: string): void;
}

/** Of the survey's own language, whatever the page's is. */
const direction = (language: string) => (/^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/i.test(language) ? "rtl" : "ltr");

/** A dialog with a heading, a form and one status line. `leave` is told when the visitor closes it. */
export function card(
  look: Look,
  words: Words,
  language: string,
  title: string,
  form: HTMLFormElement,
  options: { into?: Element | null | undefined; focus?: boolean; leave?: () => void },
): Card {
  const root = frame(look, options.into);
  const status = h("p", { class: "m", role: "status" });
  const heading = h("h2", { id: "t", tabindex: "-1" }, title);
  const before = document.activeElement as HTMLElement | null;
  const close = () => {
    const inside = root.activeElement;
    root.host.remove();
    if (inside && options.focus) before?.focus?.();
    options.leave?.();
  };
  const box = h(
    "div",
    { class: "c", role: options.into ? "group" : "dialog", "aria-labelledby": "t", lang: language, dir: direction(language) },
    h(
      "div",
      { class: "h" },
      heading,
      !options.into && h("button", { class: "x", type: "button", "aria-label": words.close, onclick: close }, "×"),
    ),
    form,
    status,
  );
  box.addEventListener("keydown", (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.isComposing && !options.into) close();
  });
  root.append(box);
  if (options.focus) heading.focus();
  return {
    close,
    say: (said) => (status.textContent = said),
    done: (said, href) => {
      form.remove();
      status.className = "";
      status.replaceChildren(said);
      if (href) box.append(h("p", {}, h("a", { href, target: "_blank", rel: "noopener" }, words.more)));
      heading.focus();
    },
  };
}

const named = (form: HTMLFormElement): Answers =>
  Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));

function field(question: Question): HTMLElement {
  const { name, required } = question;
  const text = question.text + (required ? " *" : "");
  if (question.kind === "text") {
    const label = h("label", { class: "q", for: name, "data-for": name }, text);
    const rest = { id: name, name, rows: 3, placeholder: question.placeholder, maxlength: question.max_length };
    return h("fieldset", {}, label, h("textarea", rest));
  }
  const radio = (value: string | number, shown: string, label?: string) =>
    h("label", {}, h("input", { type: "radio", name, value, "aria-label": label }), h("span", {}, shown));
  if (question.kind === "choice") {
    const options = (question.options || []).map((each) => radio(each.value, each.text));
    return h("fieldset", {}, h("legend", {}, text), h("div", { class: "o" }, ...options));
  }
  const values = question.values || [];
  const last = values.length - 1;
  const ends = (at: number) => (at === 0 ? question.low : at === last ? question.high : "");
  const marks = values.map(({ score }, at) => radio(score, String(score), ends(at) ? `${score}, ${ends(at)}` : undefined));
  const scale = h("div", { class: "s" }, ...marks);
  const low = h("div", { class: "e", "aria-hidden": "true" }, h("span", {}, question.low), h("span", {}, question.high));
  return h("fieldset", {}, h("legend", {}, text), scale, low);
}

/** The survey as a form; `kept` is called with each change, `sent` once every required question is answered. */
export function surveyForm(
  ask: Ask,
  words: Words,
  kept: (answers: Answers) => void,
  sent: (answers: Answers) => void,
): HTMLFormElement {
  const missing = h("p", { role: "alert", hidden: true }, words.missing);
  const form: HTMLFormElement = h("form", { novalidate: true });
  form.append(
    ...(ask.intro ? [h("p", { class: "m" }, ask.intro)] : []),
    ...ask.questions.map(field),
    missing,
    h("button", { class: "g" }, words.send),
  );
  form.addEventListener("change", () => {
    const answers = named(form);
    for (const question of ask.questions) {
      if (!question.bands) continue;
      const scored = ask.questions.find((each) => each.kind === "score" && answers[each.name]);
      const band = scored?.values?.find((each) => String(each.score) === answers[scored.name])?.band;
      const label = form.querySelector(`[data-for="${question.name}"]`);
      if (label) label.textContent = (band && question.bands[band]) || question.text;
    }
    kept(answers);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const answers = named(form);
    const open = ask.questions.find((each) => each.required && !answers[each.name]?.trim());
    missing.hidden = !open;
    if (open) form.querySelector<HTMLElement>(`[name="${open.name}"]`)?.focus();
    else sent(answers);
  });
  return form;
}

/** What a visitor wants to say unasked. */
export function tellForm(words: Words, sent: (answers: Answers) => void): HTMLFormElement {
  const kinds = (["complaint", "praise", "request"] as const).map((kind, at) =>
    h("label", {}, h("input", { type: "radio", name: "kind", value: kind, checked: at === 0 }), h("span", {}, words[kind])),
  );
  const form: HTMLFormElement = h(
    "form",
    {},
    h("fieldset", {}, h("legend", {}, words.tell), h("div", { class: "o" }, ...kinds)),
    h("textarea", { name: "text", rows: 4, required: true, maxlength: 10000, "aria-label": words.tell }),
    h("input", { class: "i", type: "email", name: "email", placeholder: words.email, "aria-label": words.email }),
    h("p", {}, h("button", { class: "g" }, words.send)),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sent(named(form));
  });
  return form;
}
