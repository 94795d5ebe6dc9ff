// Ctrl K: pages, customers, cases, voices, commands. Keys are ignored while an input method composes.
import { toast } from "./toasts";
import { word } from "./words";

const box = (): HTMLDialogElement | null => document.querySelector("dialog#palette");
const field = (): HTMLInputElement => box()!.querySelector("input")!;
const options = (): HTMLElement[] => [...box()!.querySelectorAll<HTMLElement>('[role="option"]')];

function select(index: number): void {
  const all = options();
  const chosen = all[(index + all.length) % all.length];
  for (const option of all) option.setAttribute("aria-selected", String(option === chosen));
  field().setAttribute("aria-activedescendant", chosen?.id ?? "");
  chosen?.scrollIntoView({ block: "nearest" });
}

const selected = (): number => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

let shown: string | undefined; // the words whose findings are listed
let asking: AbortController | undefined;
let pending: { words: string; done: Promise<void> } | undefined;

/** The findings of what is typed now. The same question is asked once; an older one still on its way is dropped. */
function load(): Promise<void> {
  const words = field().value.trim();
  if (pending?.words === words) return pending.done;
  asking?.abort();
  asking = new AbortController();
  const mine = { words, done: list(words, asking.signal) };
  pending = mine;
  const over = (): void => void (pending === mine && (pending = undefined));
  mine.done.then(over, over);
  return mine.done;
}

async function list(words: string, signal: AbortSignal): Promise<void> {
  const address = `${box()!.dataset["source"]}?q=${encodeURIComponent(words)}`;
  const answer = await fetch(address, { signal, headers: { "HX-Request": "true", "HX-Current-URL": location.href } });
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) return location.assign(elsewhere);
  if (!answer.ok) throw new Error(String(answer.status));
  box()!.querySelector("#palette-list")!.innerHTML = await answer.text();
  shown = words;
  select(0);
}

function tell(error: unknown): void {
  if (!(error instanceof DOMException)) toast({ text: word("unreachable"), level: "error" });
}

const ask = (): void => void load().catch(tell);

/** Enter means what was typed, also when its findings are still on their way. */
async function go(): Promise<void> {
  if (field().value.trim() !== shown) await load();
  options()[selected()]?.click();
}

function show(): void {
  if (!box() || box()!.open) return;
  field().value = "";
  shown = undefined;
  box()!.showModal();
  ask();
}

function keys(event: KeyboardEvent): void {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "ArrowDown") select(selected() + 1);
  else if (event.key === "ArrowUp") select(selected() - 1);
  else if (event.key === "Enter") void go().catch(tell);
  else if (event.key === "Escape") box()!.close(); // a search field would only empty itself
  else return;
  event.preventDefault();
}

export function startPalette(): void {
  if (!box()) return;
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    show();
  });
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-palette]")) show();
  });
  field().addEventListener("keydown", keys);
  field().addEventListener("settled", (event) => {
    event.stopPropagation();
    if (field().value.trim() !== shown) ask();
  });
}
