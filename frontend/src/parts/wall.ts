// The wall by keyboard: j and k go down and up the voices, t tags, s passes on, h thanks, c hands to a case, f follows.
// Links and summaries carry their key in data-wall-key; the voice that has the focus is meant, or the only one there is.

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest("input, textarea, select") !== null);
}

function cards(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-wall]")];
}

function step(by: number): boolean {
  const all = cards();
  if (all.length < 2) return false;
  const now = all.findIndex((card) => card.contains(document.activeElement));
  const next = all[now < 0 ? 0 : Math.min(all.length - 1, Math.max(0, now + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return true;
}

function press(key: string): boolean {
  const all = cards();
  const card = all.length === 1 ? all[0] : all.find((each) => each.contains(document.activeElement));
  const handle = card?.querySelector<HTMLElement>(`[data-wall-key="${CSS.escape(key)}"]`);
  if (!handle) return false;
  const fold = handle.closest("details");
  if (handle.tagName !== "SUMMARY" || !fold) handle.click();
  else {
    fold.open = true;
    fold.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea, button")?.focus();
  }
  return true;
}

function pressed(event: KeyboardEvent): void {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]") || !document.querySelector("[data-wall]")) return;
  const done = event.key === "j" ? step(1) : event.key === "k" ? step(-1) : /^[tshcf]$/.test(event.key) && press(event.key);
  if (done) event.preventDefault();
}

export function startWall(): void {
  document.addEventListener("keydown", pressed);
}
