// Ctrl K: pages, customers, cases, voices, commands. Keys are ignored while an input method composes.
import htmx from "htmx.org";

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

function load(): void {
  const address = `${box()!.dataset["source"]}?q=${encodeURIComponent(field().value.trim())}`;
  void htmx.ajax("get", address, { target: "#palette-list", swap: "innerHTML" }).then(() => select(0));
}

function show(): void {
  if (!box() || box()!.open) return;
  field().value = "";
  box()!.showModal();
  load();
}

function keys(event: KeyboardEvent): void {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "ArrowDown") select(selected() + 1);
  else if (event.key === "ArrowUp") select(selected() - 1);
  else if (event.key === "Enter") options()[selected()]?.click();
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
    load();
  });
}
