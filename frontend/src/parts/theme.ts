// Theme: the system's unless chosen; a cookie, so that the server draws the first paint right.
export type Theme = "auto" | "light" | "dark";

function apply(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "auto") root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", theme);
  document.cookie = `theme=${theme}; path=/; max-age=31536000; SameSite=Lax`;
  mark(theme);
  document.dispatchEvent(new CustomEvent("allears:theme"));
}

function mark(theme: Theme): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-theme-set]")) {
    button.setAttribute("aria-checked", String(button.dataset["themeSet"] === theme));
  }
}

/** Paper is white whatever the screen is: a chosen dark theme would print pale words on it. */
function printLight(): void {
  const root = document.documentElement;
  const told = () => document.dispatchEvent(new CustomEvent("allears:theme"));
  let chosen: string | null | undefined;
  window.addEventListener("beforeprint", () => {
    if (chosen === undefined) chosen = root.getAttribute("data-theme");
    root.setAttribute("data-theme", "light");
    told();
  });
  window.addEventListener("afterprint", () => {
    if (chosen) root.setAttribute("data-theme", chosen);
    else root.removeAttribute("data-theme");
    chosen = undefined;
    told();
  });
}

export function startTheme(): void {
  printLight();
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-theme-set]");
    if (button) apply(button.dataset["themeSet"] as Theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    document.dispatchEvent(new CustomEvent("allears:theme"));
  });
  mark((document.documentElement.getAttribute("data-theme") as Theme | null) ?? "auto");
}
