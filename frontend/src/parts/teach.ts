// Teaching by keyboard: j and k go down and up the voices, 1 2 3 say the feeling, y that all is right, u takes back.
// Buttons carry their key in data-teach-key; the voice that has the focus is meant, or the only one on the page.

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest("input, textarea, select") !== null);
}

function cards(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-teach]")];
}

function present(all: HTMLElement[]): number {
  return all.findIndex((card) => card.contains(document.activeElement));
}

function step(by: number): boolean {
  const all = cards();
  if (all.length < 2) return false;
  const now = present(all);
  const next = all[now < 0 ? 0 : Math.min(all.length - 1, Math.max(0, now + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return true;
}

function press(key: string): boolean {
  const all = cards();
  const card = all.length === 1 ? all[0] : all[present(all)];
  const button = card?.querySelector<HTMLButtonElement>(`[data-teach-key="${CSS.escape(key)}"]`);
  if (!card || !button) return false;
  if (all.length > 1) card.focus(); // the button goes away with the answer; the card stays
  button.click();
  return true;
}

function pressed(event: KeyboardEvent): void {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]") || !document.querySelector("[data-teach]")) return;
  const done = event.key === "j" ? step(1) : event.key === "k" ? step(-1) : /^[123yu]$/.test(event.key) && press(event.key);
  if (done) event.preventDefault();
}

// The labels stand once in the page, not once for each voice; a list takes them when it is about to be opened.
function fill(event: Event): void {
  const list = event.target;
  if (!(list instanceof HTMLSelectElement) || !list.matches("[data-labels]") || list.options.length > 1) return;
  const labels = document.querySelector<HTMLTemplateElement>("#label-choices");
  if (labels) list.append(labels.content.cloneNode(true));
}

export function startTeach(): void {
  document.addEventListener("pointerdown", fill);
  document.addEventListener("focusin", fill);
  document.addEventListener("keydown", pressed);
}
