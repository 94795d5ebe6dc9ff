// The desk by keyboard: j and k go down and up the list, Enter opens (it is a link), r goes to the reply.
// Nothing is taken while somebody types, composes with an input method, or holds a modifier.

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest("input, textarea, select") !== null);
}

function step(by: number): void {
  const rows = [...document.querySelectorAll<HTMLAnchorElement>("[data-cases] .case-row")];
  if (rows.length === 0) return;
  const now = rows.findIndex((row) => row === document.activeElement);
  const next = now < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + by));
  rows[next]?.focus();
}

function reply(): boolean {
  const here = document.getElementById("reply-text");
  if (here) {
    here.focus();
    return true;
  }
  const row = document.activeElement;
  if (!(row instanceof HTMLAnchorElement) || !row.matches("[data-cases] .case-row")) return false;
  location.href = `${row.href}#reply-text`;
  return true;
}

function pressed(event: KeyboardEvent): void {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "j" && document.querySelector("[data-cases]")) step(1);
  else if (event.key === "k" && document.querySelector("[data-cases]")) step(-1);
  else if (event.key === "r" && reply()) event.preventDefault();
}

/** The list refreshes under the reader's hands: the row that had the focus keeps it. */
function keepFocus(): void {
  let held = "";
  document.addEventListener("htmx:beforeSwap", () => {
    const row = document.activeElement;
    held = row instanceof HTMLElement && row.matches("[data-cases] .case-row") ? row.id : "";
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (held) document.getElementById(held)?.focus();
    held = "";
  });
}

export function startKeys(): void {
  document.addEventListener("keydown", pressed);
  keepFocus();
  if (location.hash === "#reply-text") document.getElementById("reply-text")?.focus();
}
