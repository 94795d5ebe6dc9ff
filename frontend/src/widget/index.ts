// /widget.js: listens on a company's own pages, and asks where the server allows it. See docs/widget.md.
import { type Ask, type Card, card, frame, h, type Look, surveyForm, tellForm } from "./card";
import { Memory, type Mode, random } from "./memory";
import { type Trigger, Triggers } from "./triggers";
import { Wire } from "./wire";
import { wordsIn } from "./words";

const tag = document.currentScript as HTMLScriptElement;
const { key = "", site = "", consent = "memory", signals = "", lang = "", preview = "" } = tag.dataset;
const language = lang || document.documentElement.lang || navigator.language || "en";
const words = wordsIn(language);
// Global Privacy Control and Do Not Track: a no, unless the page says who asked before it.
const refused = signals !== "ignore" && ((navigator as any).globalPrivacyControl || navigator.doNotTrack === "1");
const memory = new Memory(consent as Mode, !!refused);
const wire = new Wire(new URL(tag.src).origin, memory);
let look: Look = { accent: "", side: "right" };
let triggers: Triggers | undefined;
let shown: Card | undefined; // one card at a time
let begun = false;
let path = location.pathname;
const early: string[] = []; // events of before the triggers were known

const common = () => ({
  key,
  site,
  lang: language,
  page: location.pathname,
  who: { anonymousId: memory.visitor, userId: memory.userId, proof: memory.proof },
});

/** A call of the Segment specification, as every intake knows it. */
function call(path: string, type: string, more: object): void {
  wire.send(path, {
    writeKey: key,
    type,
    messageId: random(),
    anonymousId: memory.visitor,
    ...(memory.userId && { userId: memory.userId }),
    originalTimestamp: new Date().toISOString(),
    context: {
      library: { name: "allears-widget" },
      locale: language,
      page: { path: location.pathname, title: document.title, url: location.origin + location.pathname },
    },
    ...more,
  });
}

function show(ask: Ask, options: { into?: Element | null | undefined; focus?: boolean } = {}): void {
  if (!options.into) shown?.close();
  const visit = random();
  const seen = (how: string) => ask.token && !preview && wire.send("/v1/widget/seen", { token: ask.token, how });
  const keep = (answers: object, complete: boolean, done?: (answer: any) => void) => {
    if (preview) return;
    const to = ask.token ? { token: ask.token } : { ...common(), survey: ask.survey, visit };
    wire.send("/v1/widget/answer", { ...to, lang: ask.language, answers, complete }, done);
  };
  let answered = false;
  const own = wordsIn(ask.language);
  const form = surveyForm(
    ask,
    own,
    (answers) => keep(answers, false),
    (answers) => {
      answered = true;
      keep(answers, !ask.more, (back) => ask.more && back?.url && made.done(ask.thanks, back.url));
      made.done(ask.thanks || own.thanks);
    },
  );
  const leave = () => {
    if (shown === made) shown = undefined;
    if (!answered) seen("closed");
  };
  const made: Card = card(look, own, ask.language, ask.title, form, { ...options, leave });
  wire.onTrouble = () => made.say(own.offline);
  if (!options.into) shown = made;
  seen("shown");
}

/** Who is neither named nor remembered would be a new person on every page, and asked on each. */
const wonders = () => !!(memory.userId || memory.mayStore);

/** The server's word on whether this visitor is asked here and now. */
async function propose(trigger: string): Promise<void> {
  if (shown || !wonders()) return;
  const answer = await wire.call("/v1/widget/ask", { ...common(), trigger });
  if (answer?.ask && !shown) show(answer.ask);
}

function tell(): void {
  shown?.close();
  const form = tellForm(words, (said) => {
    wire.send("/v1/widget/tell", { ...common(), ...said, once: random() });
    made.done(words.told);
  });
  const made = card(look, words, language, words.feedback, form, { focus: true, leave: () => (shown = undefined) });
  wire.onTrouble = () => made.say(words.offline);
  shown = made;
}

const places = () => [...document.querySelectorAll<HTMLElement>("[data-allears-survey]")];
const surveyOf = (into: HTMLElement) => into.dataset.allearsSurvey || "";

async function begin(): Promise<void> {
  if (begun || !memory.maySend) return;
  begun = true;
  // On a slow line every trip to the server is felt: this one says all that is known, and brings the first question back.
  const sheets = places().map(surveyOf);
  const asking = wire.call("/v1/widget/config", { ...common(), sheets, ...(wonders() && { events: early }) });
  wire.pump();
  const found = await asking;
  if (!found) return;
  look = { accent: found.accent, side: found.side };
  if (found.waiting && !shown) show(found.waiting);
  triggers = new Triggers(found.triggers as Trigger[], propose, found.wondered);
  for (const name of early.splice(0)) triggers.happened(name);
  if (found.feedback) frame(look).append(h("button", { class: "b", type: "button", onclick: tell }, words.feedback));
  for (const into of places()) {
    const ask = found.sheets?.[surveyOf(into)];
    if (ask) show(ask, { into });
    else void api.ask(surveyOf(into), { element: into });
  }
}

const api = {
  track(name: string, properties: object = {}): void {
    call("/v1/t", "track", { event: name, properties });
    if (triggers) triggers.happened(name);
    else if (memory.maySend) early.push(name);
  },
  page(name = "", properties: object = {}): void {
    call("/v1/p", "page", { name, properties: { path: location.pathname, title: document.title, ...properties } });
    triggers?.visited();
  },
  identify(userId: string, traits: object = {}, proof = ""): void {
    memory.userId = userId;
    memory.proof = proof;
    call("/v1/i", "identify", { traits });
  },
  /** Ask here because the page says so: a button was pressed, or a place on the page is for it. */
  async ask(survey: string, options: { element?: Element | string } = {}): Promise<boolean> {
    const { element } = options;
    const into = typeof element === "string" ? document.querySelector(element) : element;
    const answer = await wire.call("/v1/widget/sheet", { ...common(), survey });
    if (answer?.ask) show(answer.ask, { into, focus: !into });
    return !!answer?.ask;
  },
  tell,
  consent(yes: boolean): void {
    memory.consent(yes);
    if (yes) void begin();
    else shown?.close();
  },
};

/** A page that changes its address without loading is another page for the triggers. */
const moved = () => {
  if (path === location.pathname) return;
  path = location.pathname;
  triggers?.visited();
};
(window as any).navigation?.addEventListener("currententrychange", moved);
addEventListener("popstate", moved);

const before = (window as any).allears;
(window as any).allears = api;
if (Array.isArray(before)) for (const [verb, ...rest] of before) (api as any)[verb]?.(...rest);
const ready = () => {
  const sample = preview && document.getElementById(preview);
  if (!sample) return void begin();
  const told = JSON.parse(sample.textContent || "{}");
  look = told.look;
  show(told.ask);
};
if (document.readyState === "loading") addEventListener("DOMContentLoaded", ready);
else ready();
