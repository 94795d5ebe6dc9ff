// <details class="menu-pop">: one open at a time, closed by Escape (focus back on the button) and by a click elsewhere.
const open = (): NodeListOf<HTMLDetailsElement> => document.querySelectorAll("details.menu-pop[open]");

export function startMenus(): void {
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
